// Demo shows the provider at its main job. It starts the emulator with a job that is still running, installs the built
// provider into a temporary folder, and applies examples/failed-hosts with a real Terraform or OpenTofu. If JOB,
// HW_ACCESS_KEY and HW_SECRET_KEY are set, it asks the real service about that job instead. If STEP is set, too, it
// asks about that step only. In the end it removes everything that it made.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/engine"
)

func main() {
	terraform := flag.String("terraform", "", "the terraform or tofu binary")
	provider := flag.String("provider", "", "the built provider")
	example := flag.String("example", "examples/failed-hosts", "the configuration to apply")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *terraform, *provider, *example); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, terraform, provider, example string) (err error) {
	dir, err := os.MkdirTemp("", "terraform-provider-coc-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	service, job, step, err := chooseService(ctx)
	if err != nil {
		return err
	}
	if service == nil {
		fmt.Printf("# Asking COC about the last run of job %s.\n", job)
		service = []string{
			"HW_ACCESS_KEY=" + os.Getenv("HW_ACCESS_KEY"), "HW_SECRET_KEY=" + os.Getenv("HW_SECRET_KEY"),
			"HW_SECURITY_TOKEN=" + os.Getenv("HW_SECURITY_TOKEN"), "HW_REGION_NAME=" + os.Getenv("HW_REGION_NAME"),
			"HW_PROJECT_ID=" + os.Getenv("HW_PROJECT_ID"), "HW_DOMAIN_ID=" + os.Getenv("HW_DOMAIN_ID"),
			"COC_SITE=" + os.Getenv("COC_SITE"), "COC_ENDPOINT=" + os.Getenv("COC_ENDPOINT"),
			"OS_CACERT=" + os.Getenv("OS_CACERT"),
		}
	} else {
		fmt.Println("# Asking an emulated COC on this machine, where a job is still running. Set JOB, HW_ACCESS_KEY and " +
			"HW_SECRET_KEY to ask the real one.")
	}

	mirror := filepath.Join(dir, "mirror")
	if err := engine.Install(provider, mirror); err != nil {
		return err
	}
	env := append(service, "TF_VAR_job="+job)
	if step != "" {
		env = append(env, "TF_VAR_step="+step)
	}
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice == 0 {
		env = append(env, "TF_CLI_ARGS_apply=-no-color")
	}
	tf, err := engine.New(terraform, example, mirror, dir, env...)
	if err != nil {
		return err
	}
	var quiet strings.Builder
	if err := tf.Run(ctx, &quiet, "init", "-input=false"); err != nil {
		return fmt.Errorf("%w\n%s", err, quiet.String())
	}
	fmt.Printf("$ %s apply\n", filepath.Base(terraform))
	return tf.Run(ctx, os.Stdout, "apply", "-input=false", "-auto-approve")
}

// chooseService returns the environment that points the provider at the emulator, or nil for the real service.
func chooseService(ctx context.Context) (env []string, job, step string, err error) {
	if job, step := os.Getenv("JOB"), os.Getenv("STEP"); job != "" || step != "" {
		if job == "" || os.Getenv("HW_ACCESS_KEY") == "" || os.Getenv("HW_SECRET_KEY") == "" {
			return nil, "", "", errors.New("JOB is the name of a job in the real service: set HW_ACCESS_KEY and " +
				"HW_SECRET_KEY, too. STEP is the name of one of its steps, and needs JOB")
		}
		return nil, job, step, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", "", err
	}
	emulator := newEmulator(3 * time.Second)
	server := &http.Server{Handler: emulator, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // until the program ends
	return []string{
		"HW_ACCESS_KEY=" + demoKeys.AccessKey, "HW_SECRET_KEY=" + demoKeys.SecretKey,
		"COC_ENDPOINT=http://" + listener.Addr().String(),
	}, jobName, "", nil
}

const jobName = "patch-kernel"

var demoKeys = coctest.Keys{AccessKey: "DEMOACCESSKEY", SecretKey: "demo-secret-key"}

// newEmulator serves two runs of a job, of which the last one ends after a while. One step runs on a small fleet, which
// has every status, and hosts in both shapes.
func newEmulator(running time.Duration) *coctest.Emulator {
	emulator := coctest.New(demoKeys,
		coctest.Host(0, "Succeed"),
		coctest.Host(1, "Succeed"),
		coctest.Host(2, "Failed"),
		coctest.Host(3, "Canceled"),
		coctest.FlatHost(4, "Succeed"),
		coctest.FlatHost(5, "Succeed"),
		coctest.FlatHost(6, "Failed"),
	)
	ended := []coctest.Phase{{Status: "Running"}, {After: running, Status: "Failed"}}
	steps := []coctest.Step{
		{ExecutionStepID: "EXS2025062314121901000000", Name: "drain", Phases: []coctest.Phase{{Status: "Succeed"}}},
		{ExecutionStepID: coctest.StepID, Name: "run-script", Phases: ended},
	}
	emulator.AddExecution(
		coctest.Execution{ExecutionID: "EX2025062214121900000001", DocumentName: jobName, Steps: steps},
		coctest.Execution{
			ExecutionID: "EX2025062314121900000001", DocumentName: jobName, Steps: steps, Phases: ended,
		},
	)
	return emulator
}
