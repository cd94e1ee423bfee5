package provider

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

const examples = "../../examples"

// ticket is a step on a small fleet: every state, hosts recorded in both shapes.
func ticket() []coctest.Row {
	return []coctest.Row{
		coctest.Host(0, "Succeed"), coctest.Host(1, "Failed"), coctest.Host(2, "Running"), coctest.Host(3, "Canceled"),
		coctest.FlatHost(4, "Succeed"), coctest.FlatHost(5, "Failed"),
	}
}

func succeeded() []coctest.Row {
	return []coctest.Row{coctest.Host(0, "Succeed"), coctest.FlatHost(1, "Succeed")}
}

// twice lets another instance be one of a host that there is already.
func twice(row coctest.Row, name, there string) coctest.Row {
	return coctest.Row(strings.Replace(string(row), name, there, 1))
}

const (
	step              = "execution_step_id=" + coctest.StepID
	jobName, stepName = "patch-kernel", "run-script"
)

var jobAndStep = []string{"job=" + jobName, "step=" + stepName}

// runs are two tickets of a job. The last one is in a state, and its second step has the instances.
func runs(status string) []coctest.Execution {
	return []coctest.Execution{
		{ExecutionID: "EX1", DocumentName: jobName, Start: time.UnixMilli(1750659138000), Phases: []coctest.Phase{{Status: "Failed"}}},
		{
			ExecutionID: "EX2", DocumentName: jobName, Phases: []coctest.Phase{{Status: status}}, Steps: []coctest.Step{
				{ExecutionStepID: "EXS2025062314121901000000", Name: "drain"}, {ExecutionStepID: coctest.StepID, Name: stepName},
			},
		},
	}
}

// example is how to apply a folder of examples/, and what comes out.
type example struct {
	variables []string
	rows      []coctest.Row
	tickets   []coctest.Execution
	outputs   string   // as JSON
	printed   []string // by apply
}

// Each folder has to have an entry here.
var wantExamples = map[string]example{
	"provider": {outputs: `{}`},
	"data-sources/coc_execution_instances": {
		rows: ticket(),
		outputs: `{
			"failed": {
				"EXI2025062314121900000001": {"message": "exit status 1", "started": "2025-06-23T06:12:19Z", "ended": "2025-06-23T06:13:30Z"},
				"EXI2025062314121900000005": {"message": "the agent is offline", "started": "2025-06-23T06:12:19Z", "ended": "2025-06-23T06:13:30Z"}
			},
			"statuses": {"Canceled": 1, "Failed": 2, "Running": 1, "Succeed": 2}
		}`,
	},
	"data-sources/coc_executions": {
		tickets: []coctest.Execution{
			{ExecutionID: "EX1", DocumentName: "patch-kernel"},
			{ExecutionID: "EX3", DocumentName: "patch-kernel-canary"},
			{ExecutionID: "EX2", DocumentName: "patch-kernel", Phases: []coctest.Phase{{Status: "Succeed"}}},
		},
		outputs: `{
			"last_run": {"id": "EX2", "status": "Succeed"},
			"failed_runs": {"EX1": {"timeout": "300", "reboot": "false"}}
		}`,
	},
	"data-sources/coc_execution": {
		tickets: []coctest.Execution{{
			ExecutionID: "EX2025062314121800000000", Start: time.UnixMilli(1750659138000),
			Phases: []coctest.Phase{{Status: "Running"}, {After: 73 * time.Second, Status: "Succeed"}},
		}},
		outputs: `{"patch": {"job": "patch-kernel", "status": "Succeed", "ended": "2025-06-23T06:13:31Z", "seconds": 73}}`,
	},
	"data-sources/coc_execution_steps": {
		rows: ticket(),
		tickets: []coctest.Execution{{
			ExecutionID: "EX2025062314121900000001", DocumentName: "patch-kernel",
			Steps: []coctest.Step{
				{ExecutionStepID: "EXS2025062314121901000000", Name: "drain", Phases: []coctest.Phase{{Status: "Succeed"}}},
				{ExecutionStepID: coctest.StepID, Name: "run-script", Phases: []coctest.Phase{{Status: "Failed"}}},
			},
		}},
		outputs: `{"failed_hosts": 2, "steps": {"drain": "Succeed", "run-script": "Failed"}}`,
	},
	"functions/host_name": {
		rows: append(ticket(), coctest.Row(`{"execution_instance_id":"EXI2025062314121900000006","execution_step_id":"`+coctest.StepID+`",`+
			`"status":"Failed","message":"400","properties":{"outputs":{"code":400}}}`)),
		outputs: `{"failed_hosts": {"web-0002": ["exit status 1"], "ecs-0006": ["the agent is offline"], "EXI2025062314121900000006": ["400"]}}`,
	},
	"functions/milliseconds": {rows: ticket()[:3], outputs: `{"late": ["EXI2025062314121900000000", "EXI2025062314121900000001"]}`},
	"functions/rfc3339": {
		rows: ticket()[1:3],
		outputs: `{"times": {
			"EXI2025062314121900000001": {"started": "2025-06-23T06:12:19Z", "ended": "2025-06-23T06:13:30Z"},
			"EXI2025062314121900000002": {"started": "2025-06-23T06:12:19Z", "ended": null}
		}}`,
	},
	"failed-hosts": {
		variables: jobAndStep, rows: append(ticket(), twice(coctest.FlatHost(6, "Failed"), "ecs-0007", "ecs-0006")), tickets: runs("Failed"),
		outputs: `{"status": "Failed", "instances": 7,
			"failed_hosts": {"web-0002": ["exit status 1"], "ecs-0006": ["the agent is offline", "the agent is offline"]}}`,
	},
	"guides/gate-a-rollout": {
		variables: jobAndStep, rows: succeeded(), tickets: runs("Succeed"), outputs: `{}`, printed: []string{"terraform_data.rollout: Creation complete"},
	},
	"guides/gate-a-rollout/check": {variables: []string{step}, rows: succeeded(), outputs: `{}`},
	"guides/last-nights-failed-hosts": {
		variables: append([]string{"since=1750659138000"}, jobAndStep...), rows: ticket(),
		tickets: append(runs("Failed"),
			coctest.Execution{ExecutionID: "EX3", DocumentName: jobName, Phases: []coctest.Phase{{Status: "Timeout"}}, Steps: []coctest.Step{{Name: stepName, IDAfter: time.Hour}}},
			coctest.Execution{ExecutionID: "EX4", DocumentName: jobName, Phases: []coctest.Phase{{Status: "Succeed"}}},
			coctest.Execution{ExecutionID: "EX5", DocumentName: jobName + "-canary", Phases: []coctest.Phase{{Status: "Failed"}}},
		),
		outputs: `{"failed_hosts": {"EX2": {"ecs-0006": ["the agent is offline"], "web-0002": ["exit status 1"]}}, "not_begun": ["EX3"]}`,
	},
	"guides/report-and-retry-failed-hosts": {
		variables: []string{step}, rows: append(ticket(), twice(coctest.FlatHost(6, "Failed"), "ecs-0007", "ecs-0006")),
		outputs: `{"failed_hosts": {"web-0002": ["exit status 1"], "ecs-0006": ["the agent is offline", "the agent is offline"]}}`,
		printed: []string{"retry ecs-0006", "retry web-0002"},
	},
	"guides/where-a-step-id-comes-from": {
		variables: []string{"execution_id=EX2"}, tickets: runs("Running"), outputs: `{"step_ids": {"drain": "EXS2025062314121901000000", "run-script": "` + coctest.StepID + `"}}`,
	},
	"guides/large-steps": {variables: []string{step, "expected_hosts=5"}, rows: coctest.Rows(5), outputs: `{
		"succeeded": false,
		"hosts_by_status": {"Failed": 1, "Succeed": 4},
		"failed_hosts": {"adfbb61d-bdcd-46bb-9b32-000000000003": [{"host": "web-0004", "message": "exit status 1"}]}
	}`},
}

// Every example is formatted as Terraform does it, valid, and applies to what is said above.
func TestAccExamples(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir(examples, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tf" {
			name, _ := filepath.Rel(examples, filepath.Dir(path))
			found[filepath.ToSlash(name)] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range wantExamples {
		if !found[name] {
			t.Errorf("there is no example %s any more", name)
		}
	}
	for name := range found {
		t.Run(name, func(t *testing.T) {
			want, ok := wantExamples[name]
			if !ok {
				t.Fatal("nothing is said of what it gives: add it to wantExamples")
			}
			if strings.HasPrefix(name, "functions/") {
				needFunctions(t)
			}
			if out, err := engine(t, filepath.Join(examples, name), "fmt", "-check", "-diff"); err != nil {
				t.Errorf("fmt: %v\n%s", err, out)
			}
			dir := unpack(t, name, want.rows, want.tickets...)
			if out, err := engine(t, dir, "validate", "-no-color"); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := apply(t, dir, want.variables...)
			if err != nil || strings.Contains(out, "Warning: ") {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, part := range want.printed {
				prints(t, out, part)
			}
			if diff := cmp.Diff(parse(t, want.outputs), outputs(t, dir)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if out, err := apply(t, dir, want.variables...); err != nil || !strings.Contains(out, "0 added, 0 changed, 0 destroyed") {
				t.Errorf("another apply changes something: %v\n%s", err, out)
			}
		})
	}
}

// The gate opens when the job and every instance have succeeded, and at nothing else. The check warns, and lets all of it pass.
func TestAccGate(t *testing.T) {
	const not = "Not every instance of step run-script succeeded: "
	for name, tc := range map[string]struct {
		rows   []coctest.Row
		status string // of the ticket
		want   string // what the gate says, empty if it opens
		warned bool   // by the check
	}{
		"all succeeded":  {rows: succeeded(), status: "Succeed"},
		"a failed host":  {rows: append(succeeded(), coctest.Host(2, "Failed")), status: "Failed", want: not + "1 Failed, 2 Succeed.", warned: true},
		"a running host": {rows: append(succeeded(), coctest.Host(2, "Running")), status: "Succeed", want: not + "1 Running, 2 Succeed.", warned: true},
		"no state": {
			rows: append(succeeded(), coctest.Row(`{"id":1,"execution_step_id":"`+coctest.StepID+`"}`)), status: "Succeed", want: not + "2 Succeed, 1 none.", warned: true,
		},
		"no rows": {status: "Succeed", want: "Step run-script of EX2 has no instances.", warned: true},
		"rows of another step": {
			rows: []coctest.Row{coctest.Row(`{"id":1,"execution_step_id":"EXS1","status":"Succeed"}`)}, status: "Succeed",
			want: "Step run-script of EX2 has no instances.", warned: true,
		},
		"a failed job, by another step": {rows: succeeded(), status: "Failed", want: "Ticket EX2 ended as Failed."},
		"a canceled job":                {rows: succeeded(), status: "Canceled", want: "Ticket EX2 ended as Canceled."},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := apply(t, unpack(t, "guides/gate-a-rollout", tc.rows, runs(tc.status)...), jobAndStep...)
			if open := strings.Contains(out, "terraform_data.rollout: Creation complete"); open != (tc.want == "") || open != (err == nil) {
				t.Errorf("open: %t, %v\n%s", open, err, out)
			}
			if tc.want != "" {
				prints(t, out, "Error: Resource postcondition failed", tc.want)
			}
			out, err = apply(t, unpack(t, "guides/gate-a-rollout/check", tc.rows), step)
			if err != nil || !strings.Contains(out, "Apply complete!") {
				t.Errorf("the check does not let it pass: %v\n%s", err, out)
			}
			if warned := strings.Contains(out, "Check block assertion failed"); warned != tc.warned {
				t.Errorf("warned: %t\n%s", warned, out)
			}
		})
	}
}

// prints checks that an output has these parts, in this order.
func prints(t *testing.T, out string, parts ...string) {
	t.Helper()
	if plain := frame.ReplaceAllString(out, ""); !message(slices.Clone(parts)...).MatchString(plain) {
		t.Errorf("not printed: %q\n%s", parts, out)
	}
}

// frame is what Terraform draws around a diagnostic.
var frame = regexp.MustCompile(`[╷│╵]`)

// unpack copies an example, lets the provider ask an emulator of the rows, and initializes the copy.
func unpack(t *testing.T, name string, rows []coctest.Row, tickets ...coctest.Execution) (dir string) {
	t.Helper()
	dir = t.TempDir()
	from := []string{name}
	if strings.HasPrefix(name, "data-sources/") || strings.HasPrefix(name, "functions/") { // the page before it tells where the provider is from
		from = append(from, "provider")
	}
	for _, name := range from {
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(examples, name))); err != nil {
			t.Fatal(err)
		}
	}
	newHome(t)
	e := coctest.New(testKeys, rows...)
	e.AddExecution(tickets...)
	t.Setenv(envEndpoint, serveURL(t, e))
	t.Setenv(envAccessKey, testKeys.AccessKey)
	t.Setenv(envSecretKey, testKeys.SecretKey)
	t.Setenv("TF_REATTACH_PROVIDERS", reattach(t))
	if out, err := engine(t, dir, "init", "-input=false", "-no-color"); err != nil {
		t.Fatalf("init: %v\n%s", err, out)
	}
	return dir
}

// reattach serves the provider from this process, which is much faster than from one for each command, and returns how an
// engine finds it there under its published address.
func reattach(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	configs, closed := make(chan *plugin.ReattachConfig, 1), make(chan struct{})
	go func() {
		if err := tf6server.Serve("registry.terraform.io/cocops/coc", NewServer("test"), tf6server.WithDebug(ctx, configs, closed),
			tf6server.WithLoggingSink(t), tf6server.WithGoPluginLogger(hclog.NewNullLogger())); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { cancel(); <-closed })
	config := <-configs
	how := map[string]any{
		"Protocol": config.Protocol, "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": config.Test,
		"Addr": map[string]string{"Network": config.Addr.Network(), "String": config.Addr.String()},
	}
	found, err := json.Marshal(map[string]any{"registry.terraform.io/cocops/coc": how, "registry.opentofu.org/cocops/coc": how})
	if err != nil {
		t.Fatal(err)
	}
	return string(found)
}

// engine runs the Terraform or OpenTofu that make test names.
func engine(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	binary := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if binary == "" {
		t.Fatal("TF_ACC_TERRAFORM_PATH is not set: run make test, or set it to a terraform or tofu binary")
	}
	cmd := exec.CommandContext(t.Context(), binary, args...) //nolint:gosec // the engine that make test chose
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// apply applies the configuration in a folder, with variables as name=value.
func apply(t *testing.T, dir string, variables ...string) (string, error) {
	t.Helper()
	args := []string{"apply", "-input=false", "-auto-approve", "-no-color"}
	for _, variable := range variables {
		args = append(args, "-var="+variable)
	}
	return engine(t, dir, args...)
}

// outputs reads the values of all outputs.
func outputs(t *testing.T, dir string) map[string]any {
	t.Helper()
	out, err := engine(t, dir, "output", "-json")
	if err != nil {
		t.Fatalf("output: %v\n%s", err, out)
	}
	values := map[string]any{}
	for name, output := range parse(t, out) {
		values[name] = output.(map[string]any)["value"]
	}
	return values
}

func parse(t *testing.T, object string) (values map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(object), &values); err != nil {
		t.Fatalf("%v\n%s", err, object)
	}
	return values
}
