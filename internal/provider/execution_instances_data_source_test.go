package provider

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

func attribute(name string) tfjsonpath.Path { return tfjsonpath.New(name) }

// In one run of the engine: a row of the vendor's example, value for value, and arguments.
func TestAccExecutionInstances(t *testing.T) {
	rows := append(coctest.Sample()[1:], coctest.Rows(250)...)
	inEnvironment(t, coctest.New(testKeys, rows...))
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.tf"), requireProvider+`
data "coc_execution_instances" "sample" {
  execution_step_id = "`+coctest.SampleStepID+`"
}

data "coc_execution_instances" "first" {
  execution_step_id = "`+coctest.StepID+`"
  max_items         = 1
  property_paths    = []
}

output "sample" {
  value = data.coc_execution_instances.sample
}

output "first" {
  value = { for name in ["data", "status_counts"] : name => jsonencode(data.coc_execution_instances.first[name]) }
}`)
	if out, err := engine(t, dir, "init"); err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	if out, err := apply(t, dir); err != nil {
		t.Fatalf("apply: %v\n%s", err, out)
	}
	want := parse(t, `{
		"sample": {
			"execution_step_id": "EXS202506231412xxxxxxx", "fields": null, "limit": null, "max_items": null, "offset": null, "property_paths": null,
			"statuses": null, "timeouts": null, "total": 1, "status_counts": {"Failed": 1}, "error_code": null, "error_msg": null,
			"data": [
				{
					"id": 4483, "execution_instance_id": "EXI20250623141219xxxxxxx", "execution_step_id": "EXS202506231412xxxxxxx", "status": "Failed",
					"start_time": 1750659139000, "end_time": 1750659210000, "message": null,
					"properties": {
						"provider": "ecs", "type": "cloudservers", "properties.host_name": "coc-cube-cn-north-7-gamxxxxxxx",
						"properties.fixed_ip": "10.2.51.200", "properties.floating_ip": null, "resource_id": "adfbb61d-bdcd-46bb-9b32-edxxxxxxx",
						"agent_sn": "2bc74fbce77d4528b59810xxxxxxx", "region_id": "cn-north-x",
						"enterprise_project_id": "b022c6d1-4af5-46dd-8exxxxxxx", "project_id": "10a6c23c2a10447797947xxxxxxx"
					}
				}
			]
		}
	}`)
	want["first"] = args{
		"status_counts": "null",
		"data": `[{"end_time":1750659210000,"execution_instance_id":"EXI2025062314121900000000","execution_step_id":"` + coctest.StepID +
			`","id":4482,"message":null,"properties":{},"start_time":1750659139000,"status":"Succeed"}]`,
	}
	wantEqual(t, "outputs", outputs(t, dir), want)
}

// message matches an error that has the parts in this order; Terraform breaks lines where it likes.
func message(parts ...string) *regexp.Regexp {
	for i, part := range parts {
		words := strings.Fields(part)
		for j, word := range words {
			words[j] = regexp.QuoteMeta(word)
		}
		parts[i] = strings.Join(words, `\s+`)
	}
	return regexp.MustCompile(`(?s)` + strings.Join(parts, `.*`))
}
