// terraform-provider-coc reads the execution results of Huawei Cloud's Cloud Operations Center (COC) into Terraform.
package main

import (
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/cocops/terraform-provider-coc/internal/provider"
)

// address is where the provider is published.
const address = "registry.terraform.io/cocops/coc"

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run under a debugger such as delve: print how to attach Terraform, and wait")
	flag.Parse()

	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if err := tf6server.Serve(address, provider.NewServer(version), options...); err != nil {
		log.Fatal(err)
	}
}
