package coctest

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// The vendor's examples of the calls for script orders. Two of the five orders in the list are left out.
var (
	//go:embed testdata/sample-script-orders.json
	ordersSample []byte
	//go:embed testdata/sample-script-order.json
	orderSample []byte
	//go:embed testdata/sample-script-order-batch.json
	orderBatchSample []byte
)

// SampleOrderUUID is the order that the vendor's examples of single answers are about, see SampleOrder.
const SampleOrderUUID = "SCT2023102211473xxxxxxxxxx"

// OrderUUID is the first of the orders that Orders makes.
const OrderUUID = "SCT2025062314121800000000"

// ScriptOrderName is the order_name of the orders that Orders makes.
const ScriptOrderName = "patch-openssl"

// SampleOrders returns the orders of the vendor's example of the list, without batches.
func SampleOrders() []Order {
	var orders []Order
	for _, row := range orderSamples() {
		orders = append(orders, Order{Row: row})
	}
	return orders
}

// SampleOrder returns the order of the vendor's other examples, with its batch. In the list it has the order_id and the
// order_name of the first one there.
func SampleOrder() Order {
	var one struct {
		Data map[string]any `json:"data"`
	}
	unmarshal(orderSample, &one)
	one.Data["properties"] = json.RawMessage(`{"region_ids":"cn-north-7"}`)
	return Order{Row: with(orderSamples()[0], one.Data), Batches: []OrderBatch{{Instances: []OrderInstance{{}}}}}
}

func orderSamples() []Row {
	var list struct {
		Data struct {
			Data []Row `json:"data"`
		} `json:"data"`
	}
	unmarshal(ordersSample, &list)
	return list.Data.Data
}

func orderProperties() Row {
	var one struct {
		Data struct {
			Properties Row `json:"properties"`
		} `json:"data"`
	}
	unmarshal(orderSample, &one)
	return one.Data.Properties
}

func instanceSample() Row {
	var batch struct {
		Data struct {
			Rows []Row `json:"execute_instances"`
		} `json:"data"`
	}
	unmarshal(orderBatchSample, &batch)
	return batch.Data.Rows[0]
}

func unmarshal(sample []byte, into any) {
	if err := json.Unmarshal(sample, into); err != nil {
		panic(err)
	}
}

// Orders returns n orders of a script that have ended. They were made a minute apart, in this order, and one in four
// was canceled.
func Orders(n int) []Order {
	orders := make([]Order, n)
	for i := range orders {
		created, status := 1750659138000+int64(i)*60_000, "FINISHED"
		if i%4 == 3 {
			status = "CANCELED"
		}
		orders[i] = Order{
			OrderID: int64(1001 + i), OrderName: ScriptOrderName, ExecuteUUID: fmt.Sprintf("SCT20250623141218%08d", i),
			Row: with(orderSamples()[0], map[string]any{
				"status": status, "gmt_created": created, "gmt_finished": created + 45_000, "execute_costs": 45_000,
			}),
		}
	}
	return orders
}

// OrderBatches returns batches of at most size hosts, and n hosts in all. One in four is ABNORMAL. Their ids count from
// 1588.
func OrderBatches(n, size int) []OrderBatch {
	var batches []OrderBatch
	for i := range n {
		if i%size == 0 {
			batches = append(batches, OrderBatch{})
		}
		last := &batches[len(batches)-1]
		status := "FINISHED"
		if i%4 == 3 {
			status = "ABNORMAL"
		}
		last.Instances = append(last.Instances, OrderInstance{Row: OrderHost(i, status)})
	}
	return batches
}

// OrderHost returns the row of a host of a script order, in the shape of the vendor's example.
func OrderHost(i int, status string) Row {
	message := "0 packages to upgrade"
	if status == "ABNORMAL" {
		message = "exit status 1"
	}
	return Row(fmt.Sprintf(`{"id":%d,"gmt_created":1750659139000,"gmt_finished":1750659184000,"execute_costs":45000,`+
		`"status":%q,"message":%q,"target_instance":{"resource_id":"adfbb61d-bdcd-46bb-9b32-%012x",`+
		`"agent_sn":"2bc74fbce77d4528b598%012x",`+
		`"properties":{"host_name":"web-%04d","fixed_ip":"10.2.%d.%d","region_id":"cn-north-7","zone_id":"cn-north-7c"},`+
		`"custom_attributes":[{"key":"team","value":"web"}]}}`, 1588+i, status, message, i, i, i+1, i>>8&255, i&255))
}
