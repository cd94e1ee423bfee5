package coctest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// OrderBatchesPath lists the batches of a script order.
func OrderBatchesPath(executeUUID string) string { return OrderPath(executeUUID) + "/batches" }

// OrderBatchPath lists the instances of a batch, whose index counts from 1.
func OrderBatchPath(executeUUID string, index int) string {
	return OrderBatchesPath(executeUUID) + "/" + strconv.Itoa(index)
}

// OrderStatisticsPath counts the instances of a script order by their status.
func OrderStatisticsPath(executeUUID string) string { return OrderPath(executeUUID) + "/statistics" }

// OrderBatch is a batch of a script order.
type OrderBatch struct {
	// Instances are served in the order of their ids.
	Instances []OrderInstance
	// Lacks is how many instances are counted everywhere but never served.
	Lacks int
}

// total is how many instances the batch says that it has.
func (b OrderBatch) total() int { return len(b.Instances) + b.Lacks }

// OrderInstance is a host of a script order.
type OrderInstance struct {
	// Phases, if there are any, give status, gmt_finished and execute_costs by the clock, from the order's Start on.
	Phases []Phase
	// Row has the other fields; nil stands for that of SampleOrder.
	Row Row
}

// at returns the row of an instance at a moment.
func (i OrderInstance) at(start, now time.Time) Row {
	row := i.Row
	if row == nil {
		row = instanceSample()
	}
	if len(i.Phases) == 0 {
		return row
	}
	return with(row, scheduled(start, start, i.Phases, now))
}

// instanceFacts are the fields by which an instance is found and counted.
type instanceFacts struct {
	ID     int64  `json:"id"`
	Status string `json:"status"`
}

func factsOf(row Row) (facts instanceFacts) {
	_ = json.Unmarshal(row, &facts) // a field of another type is no fact
	return facts
}

// ofBatch refuses the path of an unknown batch.
func ofBatch(e *Emulator, path string) *refusal {
	if o, _ := e.batch(path); o == nil {
		return &refusal{http.StatusBadRequest, "COC.00040709", "the script order or its batch does not exist"}
	}
	return nil
}

// batch returns the order and the index of the batch that a path names, or nil if there is none.
func (e *Emulator) batch(path string) (o *order, index int) {
	for _, o := range e.orders {
		for i := range o.Batches {
			if OrderBatchPath(o.UUID, i+1) == path {
				return o, i + 1
			}
		}
	}
	return nil, 0
}

// orderBatches answers ListScriptOrdersBatches, which has no paging.
func (e *Emulator) orderBatches(req Request) any {
	p := e.edited(req, func() *Page {
		p := &Page{Data: []Row{}}
		for i, batch := range e.order(req.Path, OrderBatchesPath).Batches {
			p.Data = append(p.Data, encode(map[string]any{
				"batch_index": i + 1, "rotation_strategy": "CONTINUE", "total_instances": batch.total(),
			}))
		}
		return p
	})
	return inData{p.Data}
}

// orderBatch answers ShowScriptOrdersBatchDetail.
func (e *Emulator) orderBatch(req Request) any {
	var index int
	p := e.edited(req, func() *Page {
		o, i := e.batch(req.Path)
		index = i
		now, found := time.Now(), []Row{}
		for _, instance := range o.Batches[i-1].Instances {
			row := instance.at(o.Start, now)
			if want := req.Query.Get("status"); want == "" || factsOf(row).Status == want {
				found = append(found, row)
			}
		}
		slices.SortStableFunc(found, func(a, b Row) int { return int(factsOf(a).ID - factsOf(b).ID) })
		from := e.OrdersWith.Marker.from(req.Marker, len(found), func(i int) int64 { return factsOf(found[i]).ID })
		return &Page{
			Data:  e.cut(req.Limit, from, len(found), func(i int) Row { return found[i] }),
			Total: o.Batches[i-1].total(),
		}
	})
	return inData{struct {
		Index int   `json:"batch_index"`
		Total any   `json:"total_instances"`
		Data  []Row `json:"execute_instances"`
	}{index, p.Total, p.Data}}
}

// statistic says how many instances of an order have a status, and in which batches they are.
type statistic struct {
	Status  string `json:"instance_status"`
	Count   int    `json:"instance_count"`
	Batches []int  `json:"batch_indexes"`
}

// orderStatistics answers ShowScriptOrderStatistics: the documented states, also with a count of 0, and then all
// others. An instance that a batch lacks is READY.
func (e *Emulator) orderStatistics(req Request) any {
	e.mu.Lock()
	defer e.mu.Unlock()
	o, now, total := e.order(req.Path, OrderStatisticsPath), time.Now(), 0
	var counts []statistic
	count := func(status string, n, batch int) {
		total += n
		i := slices.IndexFunc(counts, func(s statistic) bool { return s.Status == status })
		if i < 0 {
			i, counts = len(counts), append(counts, statistic{Status: status, Batches: []int{}})
		}
		counts[i].Count += n
		if n > 0 && !slices.Contains(counts[i].Batches, batch) {
			counts[i].Batches = append(counts[i].Batches, batch)
		}
	}
	for _, status := range []string{"READY", "PROCESSING", "ABNORMAL", "CANCELED", "FINISHED"} {
		count(status, 0, 0)
	}
	for i, batch := range o.Batches {
		for _, instance := range batch.Instances {
			count(factsOf(instance.at(o.Start, now)).Status, 1, i+1)
		}
		count("READY", batch.Lacks, i+1)
	}
	return inData{struct {
		Total  int         `json:"total_instance"`
		Counts []statistic `json:"execute_statistics"`
	}{total, counts}}
}
