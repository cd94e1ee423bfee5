package coctest

import (
	_ "embed"
	"fmt"
	"strings"
)

// StepID is the step of the rows that Rows makes.
const StepID = "EXS2025062314121901000001"

var filler = strings.Repeat("x", 1<<10)

//go:embed testdata/sample-response.json
var sample []byte

// SampleStepID is the step of the rows of Sample.
const SampleStepID = "EXS202506231412xxxxxxx"

// Sample returns the two rows of the vendor's example response.
func Sample() []Row { return data(sample) }

// Rows returns n rows of one step: hosts in the nested shape of the vendor's example, of which one in four failed, with
// ids from 4482 on.
func Rows(n int) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Host(i, oneOfFour(i))
	}
	return rows
}

// Host returns the row of a host of the step, in the nested shape of the vendor's example.
func Host(i int, status string) Row {
	end, message := "1750659210000", "null"
	switch status {
	case "Running":
		end = "null"
	case "Failed":
		message = `"exit status 1"`
	}
	return Row(fmt.Sprintf(`{"id":%d,"execution_instance_id":"EXI20250623141219%08d","execution_step_id":%q,"status":%q,`+
		`"start_time":1750659139000,"end_time":%s,"message":%s,"properties":{"provider":"ecs","type":"cloudservers",`+
		`"properties":{"host_name":"web-%04d","fixed_ip":"10.2.%d.%d","floating_ip":null},`+
		`"resource_id":"adfbb61d-bdcd-46bb-9b32-%012x","agent_sn":"2bc74fbce77d4528b598%012x",`+
		`"enterprise_project_id":"b022c6d1-4af5-46dd-8e3f-9d414beb88b7","project_id":"10a6c23c2a104477979479800a6c23c2",`+
		`"region_id":"cn-north-7"}}`,
		4482+i, i, StepID, status, end, message, i+1, i>>8&255, i&255, i, i))
}

// FlatHost returns the row of a host of the step, in the flat shape of the vendor's table 3, which repeats a key.
func FlatHost(i int, status string) Row {
	message := "null"
	if status == "Failed" {
		message = `"the agent is offline"`
	}
	return Row(fmt.Sprintf(`{"id":%d,"execution_instance_id":"EXI20250623141219%08d","execution_step_id":%q,"status":%q,`+
		`"start_time":1750659139000,"end_time":1750659210000,"message":%s,"properties":{`+
		`"agent_id":"c30c90ac18124a4490ce%08x","fixed_ip":"192.168.1.%d","resource_name":"ecs-%04d",`+
		`"region_id":"cn-north-1","provider":"ecs","region_id":"cn-north-4",`+
		`"resource_id":"25aaed31-80f1-4976-8000-%012x","type":"cloudservers"}}`,
		4482+i, i, StepID, status, message, i, i&255, i+1, i))
}
