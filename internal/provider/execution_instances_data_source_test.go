package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

const address = "data.coc_execution_instances.test"

func attribute(name string) tfjsonpath.Path { return tfjsonpath.New(name) }

// The vendor's example response, value for value, through a real Terraform.
func TestAccExecutionInstancesSample(t *testing.T) {
	e := coctest.New(testKeys, coctest.Sample()...)
	acceptance(t, resource.TestStep{
		Config: serve(t, e) + `
data "coc_execution_instances" "test" {
  execution_step_id = "` + coctest.SampleStepID + `"
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, attribute("execution_step_id"), knownvalue.StringExact(coctest.SampleStepID)),
			statecheck.ExpectKnownValue(address, attribute("limit"), knownvalue.Null()),
			statecheck.ExpectKnownValue(address, attribute("offset"), knownvalue.Null()),
			statecheck.ExpectKnownValue(address, attribute("total"), knownvalue.Int64Exact(2)),
			statecheck.ExpectKnownValue(address, attribute("error_code"), knownvalue.Null()),
			statecheck.ExpectKnownValue(address, attribute("error_msg"), knownvalue.Null()),
			statecheck.ExpectKnownValue(address, attribute("data"), knownvalue.ListExact([]knownvalue.Check{
				knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id":                    knownvalue.Int64Exact(4482),
					"execution_instance_id": knownvalue.StringExact("EXI202506231412xxxxxxx"),
					"execution_step_id":     knownvalue.StringExact("EXS202506231412xxxxxxx"),
					"status":                knownvalue.StringExact("Failed"),
					"start_time":            knownvalue.Int64Exact(1750659139000),
					"end_time":              knownvalue.Int64Exact(1750659210000),
					"message":               knownvalue.Null(),
					"properties": knownvalue.MapExact(map[string]knownvalue.Check{
						"provider":               knownvalue.StringExact("ecs"),
						"type":                   knownvalue.StringExact("cloudservers"),
						"properties.host_name":   knownvalue.StringExact("coc-platform-gamxxxxxxx"),
						"properties.fixed_ip":    knownvalue.Null(),
						"properties.floating_ip": knownvalue.Null(),
						"resource_id":            knownvalue.StringExact("a4594206-05ee-41fd-84xxxxxxx"),
						"agent_sn":               knownvalue.Null(),
						"enterprise_project_id":  knownvalue.StringExact("9d414beb-88b7-4ea8-9e61-1xxxxxxx"),
						"project_id":             knownvalue.StringExact("10a6c23c2a1044779794798xxxxxxx"),
						"region_id":              knownvalue.StringExact("cn-north-7"),
					}),
				}),
				knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id":                    knownvalue.Int64Exact(4483),
					"execution_instance_id": knownvalue.StringExact("EXI20250623141219xxxxxxx"),
					"execution_step_id":     knownvalue.StringExact("EXS202506231412xxxxxxx"),
					"status":                knownvalue.StringExact("Failed"),
					"start_time":            knownvalue.Int64Exact(1750659139000),
					"end_time":              knownvalue.Int64Exact(1750659210000),
					"message":               knownvalue.Null(),
					"properties": knownvalue.MapExact(map[string]knownvalue.Check{
						"provider":               knownvalue.StringExact("ecs"),
						"type":                   knownvalue.StringExact("cloudservers"),
						"properties.host_name":   knownvalue.StringExact("coc-cube-cn-north-7-gamxxxxxxx"),
						"properties.fixed_ip":    knownvalue.StringExact("10.2.51.200"),
						"properties.floating_ip": knownvalue.Null(),
						"resource_id":            knownvalue.StringExact("adfbb61d-bdcd-46bb-9b32-edxxxxxxx"),
						"agent_sn":               knownvalue.StringExact("2bc74fbce77d4528b59810xxxxxxx"),
						"enterprise_project_id":  knownvalue.StringExact("b022c6d1-4af5-46dd-8exxxxxxx"),
						"project_id":             knownvalue.StringExact("10a6c23c2a10447797947xxxxxxx"),
						"region_id":              knownvalue.StringExact("cn-north-x"),
					}),
				}),
			})),
		},
	})
}

// Pages, an offset, no rows, and numbers that a float would round, in one run.
func TestAccExecutionInstancesPages(t *testing.T) {
	rows := append(coctest.Rows(250), coctest.Row(`{"id":9007199254740993,"execution_step_id":"EXSexact","properties":{"big":9007199254740993}}`))
	acceptance(t, resource.TestStep{
		Config: serve(t, coctest.New(testKeys, rows...)) + `
data "coc_execution_instances" "test" {
  execution_step_id = "` + coctest.StepID + `"
  limit             = 7
  offset            = 3
}

data "coc_execution_instances" "none" {
  execution_step_id = "EXSnone"
}

data "coc_execution_instances" "failed" {
  execution_step_id = "` + coctest.StepID + `"
  statuses          = ["Failed"]
  property_paths    = ["properties.host_name", "resource_name"]
}

data "coc_execution_instances" "first" {
  execution_step_id = "` + coctest.StepID + `"
  max_items         = 1
  property_paths    = []
}

data "coc_execution_instances" "exact" {
  execution_step_id = "EXSexact"
}

output "ids" {
  value = data.coc_execution_instances.test.data[*].id == range(4485, 4732)
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, attribute("total"), knownvalue.Int64Exact(250)),
			statecheck.ExpectKnownValue(address, attribute("data"), knownvalue.ListSizeExact(247)),
			statecheck.ExpectKnownOutputValue("ids", knownvalue.Bool(true)),
			statecheck.ExpectKnownValue("data.coc_execution_instances.none", attribute("data"), knownvalue.ListExact(nil)),
			statecheck.ExpectKnownValue("data.coc_execution_instances.none", attribute("total"), knownvalue.Int64Exact(0)),
			statecheck.ExpectKnownValue("data.coc_execution_instances.none", attribute("status_counts"), knownvalue.MapExact(map[string]knownvalue.Check{})),
			statecheck.ExpectKnownValue("data.coc_execution_instances.failed", attribute("data"), knownvalue.ListSizeExact(62)),
			statecheck.ExpectKnownValue("data.coc_execution_instances.failed", attribute("status_counts"), knownvalue.MapExact(map[string]knownvalue.Check{
				"Failed": knownvalue.Int64Exact(62), "Succeed": knownvalue.Int64Exact(188),
			})),
			statecheck.ExpectKnownValue("data.coc_execution_instances.failed", attribute("data").AtSliceIndex(0).AtMapKey("properties"),
				knownvalue.MapExact(map[string]knownvalue.Check{"properties.host_name": knownvalue.StringExact("web-0004")})),
			statecheck.ExpectKnownValue("data.coc_execution_instances.first", attribute("status_counts"), knownvalue.Null()),
			statecheck.ExpectKnownValue("data.coc_execution_instances.first", attribute("data").AtSliceIndex(0).AtMapKey("properties"),
				knownvalue.MapExact(map[string]knownvalue.Check{})),
			statecheck.ExpectKnownValue("data.coc_execution_instances.exact", attribute("data").AtSliceIndex(0), knownvalue.ObjectExact(map[string]knownvalue.Check{
				"id":                    knownvalue.Int64Exact(9007199254740993),
				"execution_instance_id": knownvalue.Null(),
				"execution_step_id":     knownvalue.StringExact("EXSexact"),
				"status":                knownvalue.Null(),
				"start_time":            knownvalue.Null(),
				"end_time":              knownvalue.Null(),
				"message":               knownvalue.Null(),
				"properties":            knownvalue.MapExact(map[string]knownvalue.Check{"big": knownvalue.StringExact("9007199254740993")}),
			})),
		},
	})
}

// What the user reads when the service refuses.
func TestAccExecutionInstancesRefused(t *testing.T) {
	e := coctest.New(coctest.Keys{AccessKey: testKeys.AccessKey, SecretKey: "another"})
	acceptance(t, resource.TestStep{
		Config:      serve(t, e) + `data "coc_execution_instances" "test" {}`,
		ExpectError: message("Cannot read COC execution instances", "401 Unauthorized: APIGW.0301:", "(request id emulated-0001)", "this machine's clock"),
	})
}

// message matches an error that has the parts in this order; Terraform breaks lines where it likes.
func message(parts ...string) *regexp.Regexp {
	for i, part := range parts {
		words := strings.Fields(part)
		for j, word := range words {
			words[j] = regexp.QuoteMeta(word)
		}
		parts[i] = strings.Join(words, `\s+`) //nolint:gosec // it is the index of the range
	}
	return regexp.MustCompile(`(?s)` + strings.Join(parts, `.*`))
}
