package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

const examples = "../../examples"

type executions = []coctest.Execution

// in is the life of a ticket or a step that has always been in a status.
func in(status string) []coctest.Phase { return []coctest.Phase{{Status: status}} }

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

// fleet is a step that has succeeded on n hosts.
func fleet(n int) (rows []coctest.Row) {
	for i := range n {
		rows = append(rows, coctest.Host(i, "Succeed"))
	}
	return rows
}

// today is a run of the job that began just now and has succeeded.
func today() []coctest.Execution {
	run := patch("Succeed")
	run[0].Start = time.Now()
	for i := range run[0].Steps {
		run[0].Steps[i].Phases = run[0].Phases
	}
	return run
}

// twice lets another instance be one of a host that there is already.
func twice(row coctest.Row, name, there string) coctest.Row {
	return coctest.Row(strings.Replace(string(row), name, there, 1))
}

const (
	step              = "execution_step_id=" + coctest.StepID
	jobName, stepName = "patch-kernel", "run-script"
)

// apiCall is a failed instance that is no host, as of a step that calls an API.
var apiCall = coctest.Row(`{"execution_instance_id":"EXI2025062314121900000009","execution_step_id":"` + coctest.StepID + `",` +
	`"status":"Failed","message":"400","properties":{"outputs":{"code":400}}}`)

// noProperties is a failed instance of which nothing else is known.
var noProperties = coctest.Row(`{"execution_instance_id":"EXI2025062314121900000010","execution_step_id":"` + coctest.StepID + `",` +
	`"status":"Failed","message":null,"properties":null}`)

// nestedID and flatID are the IDs of the resources of coctest.Host(i) and coctest.FlatHost(i).
func nestedID(i int) string { return fmt.Sprintf("adfbb61d-bdcd-46bb-9b32-%012x", i) }

func flatID(i int) string { return fmt.Sprintf("25aaed31-80f1-4976-8000-%012x", i) }

// unlucky is a step that failed on three hosts, in one call of an API and in an instance without properties. Two of the hosts have the same
// name, and the third has two failed instances.
func unlucky() []coctest.Row {
	again := twice(twice(coctest.FlatHost(8, "Failed"), "ecs-0009", "ecs-0006"), flatID(8), flatID(5))
	return append(ticket(), twice(coctest.FlatHost(6, "Failed"), "ecs-0007", "web-0002"), again, apiCall, noProperties)
}

const ticketID = "EX2025062314121900000001"

// patch is a ticket of the job in a status, with the step whose hosts the examples read.
func patch(status string) executions {
	ticket := oneStep(ticketID, jobName, coctest.StepID, status)
	ticket.Start = time.UnixMilli(1750659138500)
	return executions{ticket}
}

// all200 are the instances of patchRun as the examples expect them.
var all200 = append(coctest.HostsOf("EXS1", 100, "Succeed"), coctest.HostsOf("EXS3", 100, "Succeed")...)

// endedRun is patchRun at a fixed time.
func endedRun(status string) coctest.Execution {
	ticket := patchRun(status)
	ticket.Start, ticket.Phases = time.UnixMilli(1750659138500), []coctest.Phase{
		{Status: "Running"}, {After: 73 * time.Second, Status: status},
	}
	return ticket
}

// endedSummary is the summary of endedRun, with a host that failed in its last step, which it names if there are several.
func endedSummary(numbers, message string) string {
	host := "  web-0002 (10.2.0.1)"
	if strings.Contains(numbers, "By step") {
		host += ` in "patch"`
	}
	return "Run " + runID + ` of job "patch-kernel" has not succeeded: it ended with status Failed at 2025-06-23T06:13:31.500Z.
` + numbers + `
Steps that have not succeeded: "patch" is Failed.
` + host + " is Failed: " + message
}

// stoppedRun is a ticket that ended before its step began.
var stoppedRun = coctest.Execution{
	ExecutionID: "EX3", DocumentName: jobName, Start: time.UnixMilli(1750659139000), Phases: in("Timeout"),
	Steps: []coctest.Step{
		{Name: "patch", IDAfter: 100 * 365 * 24 * time.Hour, Phases: []coctest.Phase{{Status: "Pending", After: 100 * 365 * 24 * time.Hour}}},
	},
}

const stoppedSummary = `Run EX3 of job "patch-kernel" has not succeeded: it ended with status Timeout at 2025-06-23T06:12:19.000Z.` + "\n" +
	"No instances. At least one is needed.\n" + `Steps that have not succeeded: "patch" has no ID, so it has not begun.`

// oneStep is a ticket of one step that has ended in a status.
func oneStep(id, job, stepID, status string) coctest.Execution {
	return coctest.Execution{
		ExecutionID: id, DocumentName: job, Phases: in(status),
		Steps: []coctest.Step{{ExecutionStepID: stepID, Name: stepName, Phases: in(status)}},
	}
}

// example is how to apply a folder of examples/, and what comes out.
type example struct {
	variables []string
	rows      []coctest.Row
	tickets   executions
	outputs   string   // as JSON; none if empty
	printed   []string // by apply
	// prepare, if set, puts in place what the example needs besides the emulator and the test's keys.
	prepare func(t *testing.T, e *coctest.Emulator)
}

// agencyDomain is another account than the one of the keys. It has an agency.
const agencyDomain = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

// lend makes the rows those of another account, which has an agency for the account of the keys.
func lend(t *testing.T, e *coctest.Emulator) {
	t.Helper()
	e.Accept(func(a *coctest.Accepted) {
		a.DomainID, a.ServedDomainID = homeDomain, agencyDomain
		trusted := homeDomain
		if len(a.IdentityProviders) > 0 {
			trusted = agencyDomain
		}
		agencies := []coctest.Agency{{Name: "coc-reader", TrustedDomainID: trusted}}
		a.Accounts = []coctest.Account{{DomainID: agencyDomain, Name: "customer", Agencies: agencies}}
	})
	askEmulator(t)
}

// askEmulator lets IAM and STS be the emulator of COC, too.
func askEmulator(t *testing.T) {
	t.Helper()
	setenv(t, vars{auth.EnvSDKIAMEndpoint: os.Getenv(envEndpoint), auth.EnvSDKSTSEndpoint: os.Getenv(envEndpoint)})
}

// acceptIDToken lets an emulator take the ID token of the examples, from an identity provider in an account.
func acceptIDToken(e *coctest.Emulator, domainID string) {
	e.Accept(func(a *coctest.Accepted) {
		a.IdentityProviders = []coctest.IdentityProvider{{ID: "my-identity-provider", DomainID: domainID, IDTokens: []string{"my-id-token"}}}
	})
}

// Each folder has to have an entry here.
var wantExamples = map[string]example{
	"provider": {rows: fleet(200), tickets: today(), outputs: `{"hosts_by_status": {"Succeed": 200}}`},
	"provider/in-the-block": {
		variables: []string{"access_key=" + testKeys.AccessKey, "secret_key=" + testKeys.SecretKey}, tickets: patch("Failed"),
	},
	"provider/two-accounts": {
		tickets: patch("Failed"), outputs: `{"last_runs": {"production": "` + ticketID + `", "staging": "` + ticketID + `"}}`,
		prepare: func(t *testing.T, _ *coctest.Emulator) {
			writeHome(t, ".hcloud/config.json", fmt.Sprintf(
				`{"current":"default","profiles":[{"name":"default"},{"name":"staging","mode":"AKSK","accessKeyId":%q,"secretAccessKey":%q}]}`,
				testKeys.AccessKey, testKeys.SecretKey))
		},
	},
	"provider/assume-role": {tickets: patch("Failed"), prepare: lend},
	"provider/assume-role-with-oidc": {
		variables: []string{"id_token_file=~/oidc-token"}, tickets: patch("Failed"),
		prepare: func(t *testing.T, e *coctest.Emulator) {
			writeHome(t, "oidc-token", "my-id-token\n")
			acceptIDToken(e, agencyDomain)
			lend(t, e)
		},
	},
	"data-sources/coc_execution_instances": {
		rows: unlucky(),
		outputs: `{
			"failed_hosts": {
				"web-0002": [
					{"message": "exit status 1", "resource_id": "` + nestedID(1) + `", "ended": "2025-06-23T06:13:30.000Z"},
					{"message": "the agent is offline", "resource_id": "` + flatID(6) + `", "ended": "2025-06-23T06:13:30.000Z"}
				],
				"ecs-0006": [
					{"message": "the agent is offline", "resource_id": "` + flatID(5) + `", "ended": "2025-06-23T06:13:30.000Z"},
					{"message": "the agent is offline", "resource_id": "` + flatID(5) + `", "ended": "2025-06-23T06:13:30.000Z"}
				],
				"EXI2025062314121900000009": [{"message": "400", "resource_id": null, "ended": null}],
				"EXI2025062314121900000010": [{"message": null, "resource_id": null, "ended": null}]
			},
			"hosts": {
				"Canceled": ["web-0004"],
				"Failed": ["web-0002", "ecs-0006", "web-0002", "ecs-0006", "EXI2025062314121900000009", "EXI2025062314121900000010"],
				"Running": ["web-0003"], "Succeed": ["web-0001", "ecs-0005"]
			}
		}`,
	},
	"data-sources/coc_execution_instances/chain": {
		variables: []string{"job=" + jobName, "step=" + stepName}, tickets: executions{
			{ExecutionID: "EX1", DocumentName: jobName, Start: time.UnixMilli(1750659138000), Phases: in("Failed")},
			{ExecutionID: "EX2", DocumentName: jobName, Phases: in("Failed"), Steps: []coctest.Step{
				{ExecutionStepID: "EXS2025062314121901000000", Name: "drain"}, {ExecutionStepID: coctest.StepID, Name: stepName},
			}},
		},
		rows: append(ticket(), twice(coctest.FlatHost(6, "Failed"), "ecs-0007", "ecs-0006")),
		outputs: `{"status": "Failed", "hosts_by_status": {"Canceled": 1, "Failed": 3, "Running": 1, "Succeed": 2},
			"failed_hosts": {"web-0002": ["exit status 1"], "ecs-0006": ["the agent is offline", "the agent is offline"]}}`,
	},
	"data-sources/coc_execution_instances/postcondition": {rows: succeeded()},
	"data-sources/coc_execution_instances/precondition":  {rows: ticket(), tickets: patch("Failed")},
	"data-sources/coc_executions/conditions":             {tickets: patch("Running")},
	"data-sources/coc_execution/conditions":              {tickets: patch("Succeed")},
	"data-sources/coc_execution_steps/conditions":        {tickets: patch("Failed")},
	"data-sources/coc_executions": {
		tickets: executions{
			{ExecutionID: "EX0", DocumentName: "patch-kernel", Start: time.UnixMilli(1750659138000), Phases: in("Failed")},
			{ExecutionID: "EX1", DocumentName: "patch-kernel", Start: time.Now().Add(-time.Hour), Phases: in("Failed")},
			{ExecutionID: "EX3", DocumentName: "patch-kernel-canary", Start: time.Now()},
			{ExecutionID: "EX2", DocumentName: "patch-kernel", Start: time.Now(), Phases: in("Succeed")},
		},
		outputs: `{
			"last_run": {"id": "EX2", "status": "Succeed"},
			"failed_runs": {"EX1": {"timeout": "300", "reboot": "false"}}
		}`,
	},
	"data-sources/coc_execution": {
		tickets: executions{{
			ExecutionID: "EX2025062314121800000000", Start: time.UnixMilli(1750659138000),
			Phases: []coctest.Phase{{Status: "Running"}, {After: 73 * time.Second, Status: "Succeed"}},
		}},
		outputs: `{"patch": {"job": "patch-kernel", "status": "Succeed", "ended": "2025-06-23T06:13:31Z", "seconds": 73}}`,
	},
	"data-sources/coc_execution_steps": {
		rows: ticket(),
		tickets: executions{{
			ExecutionID: "EX2025062314121900000001", DocumentName: "patch-kernel",
			Steps: []coctest.Step{
				{ExecutionStepID: "EXS2025062314121901000000", Name: "drain", Phases: in("Succeed")},
				{ExecutionStepID: coctest.StepID, Name: "run-script", Phases: in("Failed")},
			},
		}},
		outputs: `{"failed_hosts": 2, "steps": {"drain": "Succeed", "run-script": "Failed"}}`,
	},
	"data-sources/coc_script_order": {
		prepare: addOrder("FINISHED", 8),
		outputs: `{"patch": {"script": "xjptxxxxxxxxx", "status": "FINISHED", "finished": true, "hosts": 8, "succeeded": 6}}`,
	},
	"data-sources/coc_script_order/conditions": {
		prepare: addOrder("FINISHED", 3), variables: []string{"hosts=3"}, outputs: `{}`,
	},
	"data-sources/coc_script_orders": {
		prepare: func(_ *testing.T, e *coctest.Emulator) {
			e.AddOrder(coctest.Orders(4)...)
			e.AddOrder(coctest.Order{
				OrderID: 2001, OrderName: "patch-openssl-canary", ExecuteUUID: "SCT2", Creator: "ops-automation",
				Row: coctest.Row(`{"status":"ABNORMAL"}`),
			})
		},
		outputs: `{"last_run": {"id": "SCT2025062314121800000003", "status": "CANCELED"}, "failed": {"SCT2": "patch-openssl-canary"}}`,
	},
	"data-sources/coc_script_orders/conditions": {prepare: addOrder("FINISHED", 1), outputs: `{}`},
	"data-sources/coc_script_order_instances": {
		prepare: addOrder("FINISHED", 12),
		outputs: `{
			"hosts": {
				"ABNORMAL": ["web-0004", "web-0008", "web-0012"],
				"FINISHED": ["web-0001", "web-0002", "web-0003", "web-0005", "web-0006", "web-0007", "web-0009", "web-0010", "web-0011"]
			},
			"failed": {"` + nestedID(3) + `": "exit status 1", "` + nestedID(7) + `": "exit status 1", "` + nestedID(11) + `": "exit status 1"}
		}`,
	},
	"functions/host_name": {
		rows:    append(ticket(), apiCall),
		outputs: `{"failed_hosts": {"web-0002": ["exit status 1"], "ecs-0006": ["the agent is offline"], "EXI2025062314121900000009": ["400"]}}`,
	},
	"functions/host_ip": {
		rows: append(ticket(), apiCall), outputs: `{"failed_hosts": {"web-0002": ["10.2.0.1"], "ecs-0006": ["192.168.1.5"]}}`,
	},
	"functions/host_name/without-functions": {
		rows: []coctest.Row{coctest.Host(0, "Succeed"), coctest.Host(1, "Failed"), coctest.FlatHost(5, "Failed"), apiCall, noProperties},
		outputs: `{"failed_hosts": {
			"EXI2025062314121900000001": {"name": "web-0002", "ip": "10.2.0.1", "message": "exit status 1"},
			"EXI2025062314121900000005": {"name": "ecs-0006", "ip": "192.168.1.5", "message": "the agent is offline"},
			"EXI2025062314121900000009": {"name": null, "ip": null, "message": "400"},
			"EXI2025062314121900000010": {"name": null, "ip": null, "message": null}
		}}`,
	},
	"functions/milliseconds": {rows: ticket()[:3], outputs: `{"late": ["EXI2025062314121900000000", "EXI2025062314121900000001"]}`},
	"functions/rfc3339": {
		rows: ticket()[1:3],
		outputs: `{"times": {
			"EXI2025062314121900000001": {"started": "2025-06-23T06:12:19.000Z", "ended": "2025-06-23T06:13:30.000Z"},
			"EXI2025062314121900000002": {"started": "2025-06-23T06:12:19.000Z", "ended": null}
		}}`,
	},
	"failed-hosts": {
		variables: []string{"job=" + jobName, "step=patch"}, rows: patchHosts("Failed"), tickets: executions{endedRun("Failed")},
		outputs: `{"succeeded": false, "failed_hosts": {"web-0002": ["exit status 1"]}, "summary": ` +
			strconv.Quote(endedSummary("2 instances: 1 Failed, 1 Succeed.", "exit status 1")) + `}`,
	},
	"data-sources/coc_run": {
		rows:    all200,
		tickets: executions{patchRun("Succeed")},
	},
	"data-sources/coc_run/script-order": {
		variables: []string{"hosts=3"}, outputs: `{}`, prepare: func(_ *testing.T, e *coctest.Emulator) {
			e.AddOrder(coctest.Order{
				ExecuteUUID: coctest.OrderUUID, OrderName: coctest.ScriptOrderName, Phases: []coctest.Phase{{Status: "FINISHED"}},
				Batches: coctest.OrderBatches(3, 2),
			})
		},
	},
	"guides/gate-a-rollout": {
		rows: all200, tickets: executions{patchRun("Succeed")},
		printed: []string{"terraform_data.rollout: Creation complete"},
	},
	"guides/gate-a-rollout/several-jobs": {
		rows: append(coctest.HostsOf("EXS4", 12, "Succeed"), coctest.HostsOf("EXS5", 200, "Succeed")...),
		tickets: executions{
			oneStep("EX4", "rotate-certificates", "EXS4", "Succeed"), oneStep("EX5", "patch-kernel", "EXS5", "Succeed"),
		},
	},
	"guides/gate-a-rollout/several-jobs/gate": {
		variables: []string{"job=" + jobName, "expected_instances=4"}, rows: patchHosts("Succeed"), tickets: executions{patchRun("Succeed")},
	},
	"guides/last-nights-failed-hosts": {
		variables: []string{"since=1750659138000", "job=" + jobName},
		rows: append(patchHosts("Succeed")[:3],
			coctest.With(coctest.HostOf("EXS3", 1, "Failed"), args{"message": "line 1\nsays \"no\", twice"})),
		tickets: executions{
			endedRun("Failed"), stoppedRun,
			{ExecutionID: "EX4", DocumentName: jobName, Phases: in("Succeed")},
			{ExecutionID: "EX5", DocumentName: jobName + "-canary", Phases: in("Failed")},
		},
		outputs: `{
			"summaries": {
				"EX3": ` + strconv.Quote(stoppedSummary) + `,
				"` + runID + `": ` +
			strconv.Quote(endedSummary("4 instances: 3 Succeed, 1 Failed.\nBy step: 2 in \"drain\", 2 in \"patch\".", "line 1")) + `
			},
			"csv": "\"run\",\"step\",\"host\",\"status\",\"message\"\n\"` + runID +
			`\",\"patch\",\"web-0002\",\"Failed\",\"line 1\nsays \"\"no\"\", twice\""
		}`,
	},
	"guides/report-and-retry-failed-hosts": {
		variables: []string{"job=" + jobName}, rows: slices.Delete(unlucky(), 2, 3), tickets: executions{
			oneStep("EX2", jobName, coctest.StepID, "Failed"),
		},
		outputs: `{
			"failed_hosts": {
				"` + nestedID(1) + `": {"name": "web-0002", "messages": ["exit status 1"]},
				"` + nestedID(3) + `": {"name": "web-0004", "messages": [null]},
				"` + flatID(6) + `": {"name": "web-0002", "messages": ["the agent is offline"]},
				"` + flatID(5) + `": {"name": "ecs-0006", "messages": ["the agent is offline", "the agent is offline"]}
			},
			"not_retried": {"EXI2025062314121900000009": "400", "EXI2025062314121900000010": null}
		}`,
		printed: []string{`retry [{"region_id":"cn-north-4","resource_id":"` + flatID(5) + `"},`, flatID(6), nestedID(1),
			`{"region_id":"cn-north-7","resource_id":"` + nestedID(3) + `"}]`},
	},
	"guides/test-your-configuration": {
		rows:    all200,
		tickets: executions{patchRun("Succeed")}, outputs: `{"failed_hosts": []}`,
	},
	"guides/test-your-configuration/rows": {variables: []string{step}, rows: ticket()[:4], outputs: `{"failed_hosts": ["web-0002"]}`},
	"guides/many-accounts": {
		variables: []string{"job=" + jobName}, tickets: patch("Succeed"), prepare: manyAccounts,
		outputs: `{"last_runs": {"production": "Succeed", "staging": "Succeed", "customer": "Succeed"}}`,
	},
	"guides/run-in-a-pipeline": {
		variables: []string{"expected_instances=3", "id_token_file=~/id-token"}, rows: fleet(3), tickets: today(), prepare: manyAccounts,
		outputs: `{}`, printed: []string{"terraform_data.rollout: Creation complete"},
	},
	"guides/what-is-kept-in-the-state": {
		variables: []string{step}, rows: ticket(),
		outputs: `{"failed_hosts": {"EXI2025062314121900000001": "web-0002", "EXI2025062314121900000005": "ecs-0006"}}`,
	},
	"guides/large-steps": {variables: []string{step, "expected_hosts=6"}, rows: append(coctest.Rows(4), coctest.FlatHost(4, "Failed"),
		noProperties), outputs: `{
		"succeeded": false,
		"hosts_by_status": {"Failed": 3, "Succeed": 3},
		"failed_hosts": {
			"adfbb61d-bdcd-46bb-9b32-000000000003": [{"host": "web-0004", "message": "exit status 1"}],
			"25aaed31-80f1-4976-8000-000000000004": [{"host": "ecs-0005", "message": "the agent is offline"}],
			"EXI2025062314121900000010": [{"host": null, "message": null}]
		}
	}`},
}

// Every example applies to what is said above, and a second time to no change. (make docs-check has their format.)
func TestAccExamples(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir(examples, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tf" {
			name, _ := filepath.Rel(examples, filepath.Dir(path))
			found[filepath.ToSlash(name)] = true
		}
		return err
	})
	noError(t, err)
	for name := range wantExamples {
		if !found[name] {
			t.Errorf("got no example %s, want it, or no entry here", name)
		}
	}
	for name := range found {
		t.Run(name, func(t *testing.T) {
			want, ok := wantExamples[name]
			if !ok {
				t.Fatal("nothing is said of what it gives: add it to wantExamples")
			}
			if exampleHas(t, name, "provider::") {
				need(t, providerFunctions)
			}
			e := emulate(want.rows, want.tickets...)
			dir := unpack(t, name, e)
			if want.prepare != nil {
				want.prepare(t, e)
			}
			out, err := apply(t, dir, want.variables...)
			if err != nil || strings.Contains(out, "Warning: ") {
				t.Fatalf("%v\n%s", err, out)
			}
			prints(t, out, want.printed...)
			wantEqual(t, "outputs", outputs(t, dir), parse(t, cmp.Or(want.outputs, "{}")))
			if out, err := apply(t, dir, want.variables...); err != nil || !strings.Contains(out, "0 added, 0 changed, 0 destroyed") {
				t.Errorf("another apply: got %v, want no change\n%s", err, out)
			}
		})
	}
}

// exampleHas reports whether an example's configuration has a text.
func exampleHas(t *testing.T, name, part string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(examples, name, "*.tf"))
	noError(t, err)
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file) //nolint:gosec // our own examples
		noError(t, err)
		return strings.Contains(string(text), part)
	})
}

// Each place that credentials can be in, as the provider's page shows it, is enough for a provider without a block of its own.
func TestAccLogins(t *testing.T) {
	keys := coctest.Keys{AccessKey: "my-access-key", SecretKey: "my-secret-key"}
	logins := map[string]struct {
		keys    coctest.Keys
		prepare func(t *testing.T, e *coctest.Emulator)
	}{
		"keys": {keys: keys},
		"temporary-keys": {keys: coctest.Keys{
			AccessKey: "my-temporary-access-key", SecretKey: "my-temporary-secret-key", SecurityToken: "my-security-token",
		}},
		"token": {prepare: func(_ *testing.T, e *coctest.Emulator) {
			e.Accept(func(a *coctest.Accepted) { a.Token = "my-iam-token" })
		}},
		"sdk-environment": {keys: keys},
		"koocli-profile": {keys: keys, prepare: func(t *testing.T, _ *coctest.Emulator) {
			writeHome(t, ".hcloud/config.json", `{"current":"default","authEncrypt":"false","profiles":[
				{"name":"prod","mode":"AKSK","accessKeyId":"my-access-key","secretAccessKey":"my-secret-key"}]}`)
		}},
		"sdk-profile": {keys: keys, prepare: func(t *testing.T, _ *coctest.Emulator) {
			shown, err := os.ReadFile(filepath.Join(examples, "provider/sdk-profile/credentials"))
			noError(t, err)
			writeHome(t, ".huaweicloud/credentials", string(shown))
		}},
		"federation": {prepare: func(t *testing.T, e *coctest.Emulator) {
			isShown(t, auth.EnvSDKIdentityToken)
			acceptIDToken(e, homeDomain)
			t.Setenv(auth.EnvSDKIAMEndpoint, os.Getenv(envEndpoint))
			t.Setenv(auth.EnvSDKIdentityToken, write(t, filepath.Join(t.TempDir(), "token"), "my-id-token\n"))
		}},
		"pod-identity": {keys: coctest.Keys{AccessKey: "POD", SecretKey: "secret-POD", SecurityToken: "token-POD"}, prepare: func(
			t *testing.T, _ *coctest.Emulator,
		) {
			isShown(t, auth.EnvPodIdentityURI)
			isShown(t, auth.EnvPodIdentityToken)
			servePodIdentity(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, podAnswer("POD", time.Hour)) })
		}},
	}
	shown, err := filepath.Glob(filepath.Join(examples, "provider/*/environment.sh"))
	noError(t, err)
	for _, file := range shown {
		name := filepath.Base(filepath.Dir(file))
		if _, ok := logins[name]; !ok {
			t.Errorf("got no test of %s, want one", name)
		}
	}
	for name, login := range logins {
		t.Run(name, func(t *testing.T) {
			e := emulate(wantExamples["provider"].rows, wantExamples["provider"].tickets...)
			dir := unpack(t, "provider", e)
			for _, variable := range []string{auth.EnvAccessKey, auth.EnvSecretKey} {
				t.Setenv(variable, "")
			}
			e.Accept(func(a *coctest.Accepted) { a.Keys = login.keys })
			for variable, value := range environment(t, name) {
				t.Setenv(variable, value)
			}
			if login.prepare != nil {
				login.prepare(t, e)
			}
			out, err := apply(t, dir)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			wantEqual(t, "outputs", outputs(t, dir), parse(t, wantExamples["provider"].outputs))
		})
	}
}

// isShown checks that a page exports a variable whose value only the test knows.
func isShown(t *testing.T, variable string) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Errorf("want the page to show %s, got nothing", variable)
	}
}

// environment returns the variables that a page lets the user export. There are none where a login has another kind of file.
func environment(t *testing.T, login string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, "provider", login, "environment.sh")) //nolint:gosec // our own examples
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	variables := vars{}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "export "), `"`), `="`)
		if !ok {
			t.Fatalf("not of the form export NAME=\"value\": %s", line)
		}
		variables[name] = value
	}
	return variables
}

// The conditions that the pages show refuse what they are for.
func TestAccConditions(t *testing.T) {
	running := "Ticket " + ticketID + " has not ended: "
	drained := coctest.Execution{
		ExecutionID: ticketID, Phases: in("Failed"), Steps: []coctest.Step{{ExecutionStepID: "EXS1", Name: "drain"}},
	}
	for _, tc := range []struct {
		example  string
		emulator *coctest.Emulator
		want     string
	}{
		{"coc_execution_instances/postcondition", emulate(ticket()), "The step has not succeeded on every host: 2 failed."},
		{"coc_execution_instances/postcondition", emulate(nil), "Nothing has run in this step."},
		{"coc_execution_instances/precondition", emulate(ticket(), patch("Running")...), running + "more hosts may fail."},
		{"coc_executions/conditions", emulate(nil), "The job has not run since then, or has another name."},
		{"coc_execution/conditions", emulate(nil, patch("Failed")...), "Ticket " + ticketID + " has the status Failed."},
		{"coc_execution/conditions", emulate(nil), "The job never ran, or has another name."},
		{"coc_execution_steps/conditions", emulate(nil, patch("Running")...), running + "a step may have no ID yet."},
		{"coc_execution_steps/conditions", emulate(nil, drained), "The ticket has no step run-script. Its steps are drain."},
		{"coc_script_orders/conditions", emulate(nil), "The script has not been executed since then, or its orders have another name."},
		{"coc_script_order/conditions", withOrder("FINISHED", 4), `has the status FINISHED: {"ABNORMAL":1,"CANCELED":0,"FINISHED":3,`},
	} {
		t.Run(tc.want, func(t *testing.T) {
			out, err := apply(t, unpack(t, "data-sources/"+tc.example, tc.emulator))
			if err == nil {
				t.Errorf("got an apply of %s without an error, want one", tc.example)
			}
			prints(t, out, "condition failed", tc.want)
		})
	}
}

// A retry comes once for the failed hosts of a run, again when others fail, and in parts that fit into an environment variable.
func TestAccRetry(t *testing.T) {
	e := emulate(nil, oneStep("EX2", jobName, coctest.StepID, "Failed"))
	dir := unpack(t, "guides/report-and-retry-failed-hosts", e)
	for _, run := range []struct {
		rows []coctest.Row
		want []string
	}{
		{[]coctest.Row{coctest.Host(1, "Failed"), coctest.Host(2, "Failed")}, []string{"1 added, 0 changed, 0 destroyed"}},
		{[]coctest.Row{coctest.Host(2, "Failed"), coctest.Host(1, "Failed")}, []string{"0 added, 0 changed, 0 destroyed"}},
		{[]coctest.Row{coctest.Host(1, "Failed"), coctest.Host(3, "Failed")}, []string{nestedID(3), "1 added, 0 changed, 1 destroyed"}},
		{[]coctest.Row{coctest.Host(1, "Succeed")}, []string{"0 added, 0 changed, 1 destroyed"}},
		{failed(3001), []string{"4 added, 0 changed, 0 destroyed"}},
	} {
		e.SetRows(run.rows...)
		out, err := apply(t, dir, "job="+jobName)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		prints(t, out, run.want...)
	}
}

// failed returns n failed hosts.
func failed(n int) (rows []coctest.Row) {
	for i := range n {
		rows = append(rows, coctest.Host(i, "Failed"))
	}
	return rows
}

// The gate of the guide opens, or stays shut with what happened.
func TestAccGate(t *testing.T) {
	out, err := apply(t, unpack(t, "guides/gate-a-rollout", emulate(patchHosts("Failed"), patchRun("Failed"))))
	if err == nil || strings.Contains(out, "terraform_data.rollout") {
		t.Errorf("the gate is open: %v\n%s", err, out)
	}
	prints(t, out, "Error: Resource postcondition failed", "has not succeeded: it ended with status Failed at", "196 of the 200 expected",
		`web-0002 (10.2.0.1) in "patch" is Failed: exit status 1`)
}

// prints checks that an output has these parts, in this order.
func prints(t *testing.T, out string, parts ...string) {
	t.Helper()
	if plain := frame.ReplaceAllString(out, ""); !message(slices.Clone(parts)...).MatchString(plain) {
		t.Errorf("want %q in this order, got:\n%s", parts, out)
	}
}

// frame is what Terraform draws around a diagnostic.
var frame = regexp.MustCompile(`[╷│╵]`)

// emulate returns an emulator that serves rows and tickets to requests that are signed with the test's keys.
func emulate(rows []coctest.Row, tickets ...coctest.Execution) *coctest.Emulator {
	e := coctest.New(testKeys, rows...)
	e.AddExecution(tickets...)
	return e
}

// addOrder adds the script order of the examples, in a status, with hosts of which one of four has failed.
func addOrder(status string, hosts int) func(*testing.T, *coctest.Emulator) {
	return func(_ *testing.T, e *coctest.Emulator) {
		e.AddOrder(coctest.Order{
			ExecuteUUID: coctest.OrderUUID, OrderName: coctest.ScriptOrderName, Start: time.UnixMilli(1750659138000),
			Phases: []coctest.Phase{{Status: status}}, Batches: coctest.OrderBatches(hosts, 10),
		})
	}
}

func withOrder(status string, hosts int) *coctest.Emulator {
	e := coctest.New(testKeys)
	addOrder(status, hosts)(nil, e)
	return e
}

// unpack copies an example, lets the provider ask the emulator, and initializes the copy.
func unpack(t *testing.T, name string, e *coctest.Emulator) (dir string) {
	t.Helper()
	dir = t.TempDir()
	noError(t, os.CopyFS(dir, os.DirFS(filepath.Join(examples, name))))
	inEnvironment(t, e)
	if exampleHas(t, name, "alias") { // one process would have the configuration of one provider block
		t.Setenv("TF_CLI_CONFIG_FILE", mirror(t))
		t.Setenv(envServe, "1")
		t.Setenv("TF_REATTACH_PROVIDERS", "")
		t.Setenv("GORACE", "atexit_sleep_ms=0") // a binary with the race detector sleeps for a second at its end otherwise
	}
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
	how := args{
		"Protocol": config.Protocol, "ProtocolVersion": config.ProtocolVersion, "Pid": config.Pid, "Test": config.Test,
		"Addr": vars{"Network": config.Addr.Network(), "String": config.Addr.String()},
	}
	found, err := json.Marshal(args{"registry.terraform.io/cocops/coc": how, "registry.opentofu.org/cocops/coc": how})
	noError(t, err)
	return string(found)
}

// engine runs the Terraform or OpenTofu that make test names.
func engine(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary(t), args...) //nolint:gosec // the engine that make test chose
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
func outputs(t *testing.T, dir string) args {
	t.Helper()
	out, err := engine(t, dir, "output", "-json")
	if err != nil {
		t.Fatalf("output: %v\n%s", err, out)
	}
	values := args{}
	for name, output := range parse(t, out) {
		values[name] = output.(args)["value"]
	}
	return values
}

func parse(t *testing.T, object string) (values args) {
	t.Helper()
	if err := json.Unmarshal([]byte(object), &values); err != nil {
		t.Fatalf("%v\n%s", err, object)
	}
	return values
}
