// terraform-provider-coc reads the execution results of Huawei Cloud's Cloud Operations Center (COC) into Terraform.
package main

import (
	"flag"
	"log"

	"github.com/cocops/terraform-provider-coc/internal/provider"
)

// version is set by the release build.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run under a debugger such as delve: print how to attach Terraform, and wait")
	flag.Parse()
	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}
