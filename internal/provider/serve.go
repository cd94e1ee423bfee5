package provider

import (
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// registryAddress is where the provider is published.
const registryAddress = "registry.terraform.io/cocops/coc"

// Serve serves the provider to the Terraform or OpenTofu that started this process, until that engine ends it. With
// attach, it serves one that connects later, and prints how to connect.
func Serve(version string, attach bool) error {
	if err := quietLogs(); err != nil {
		return err
	}
	var options []tf6server.ServeOpt
	if attach {
		options = append(options, tf6server.WithManagedDebug())
	}
	return tf6server.Serve(registryAddress, NewServer(version), options...)
}

// quietLogs turns off the provider's log lines if Terraform would discard them, because neither TF_LOG nor
// TF_LOG_PROVIDER is set. The libraries write every line unless a level is set. A small apply has more than 300 lines,
// which take a fifth of the provider's CPU time and 8% of the whole apply's.
func quietLogs() error {
	if os.Getenv("TF_LOG") != "" || os.Getenv("TF_LOG_PROVIDER") != "" {
		return nil
	}
	for _, name := range []string{"TF_LOG_PROVIDER_COC", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		if os.Getenv(name) != "" {
			continue
		}
		if err := os.Setenv(name, "OFF"); err != nil {
			return err
		}
	}
	return nil
}
