package provider

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/tinylib/msgp/msgp"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// Only this file bypasses the framework. The rows of a list are encoded as Terraform wants them (MessagePack) when a
// page is read, and go to Terraform without the framework's reflection and its passes over each value.
// internal/bench/MEASUREMENTS.md says what that saves.
//
// The framework does everything else. In its state the attribute data is null, and withRows replaces the null with the
// rows. TestRowsAreTheFrameworks compares the result with the framework's own encoding.

// NewServer returns a function that makes the provider's protocol server. Serve and the acceptance tests use it.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return rowsServer{providerserver.NewProtocol6(New(version)())()} }
}

// rowsServer is the framework's server, which also puts the rows of a list into the state.
type rowsServer struct {
	tfprotov6.ProviderServer
}

// rowsKey is the key of a value in the context: a *coc.Result. A data source's Read fills it, and ReadDataSource takes
// the rows from it.
type rowsKey struct{}

func (s rowsServer) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	result := new(coc.Result)
	resp, err := s.ProviderServer.ReadDataSource(context.WithValue(ctx, rowsKey{}, result), req)
	if err != nil || result.Rows == nil || resp.State == nil {
		return resp, err
	}
	many := result.Size > manyBytes
	if many {
		debug.FreeOSMemory()
	}
	resp.State.MsgPack, err = withRows(resp.State.MsgPack, result)
	if many {
		runtime.GC()
	}
	return resp, err
}

// manyBytes is the size of the rows above which two garbage collections are worth their time. The first one frees what
// the read no longer needs, to make room for the state. The second one frees the rows, to make room for gRPC's copy of
// the state. At 50,000 rows the peak of the process is 77 MiB with both, 90 MiB without the first and 102 MiB without
// the second. Their CPU time is too small to measure.
const manyBytes = 8 << 20

// withRows copies an encoded state, and replaces the value of data with the rows. It removes each row from the result
// once it is copied, so that the memory of the row can be freed.
func withRows(state []byte, result *coc.Result) ([]byte, error) {
	n, rest, err := msgp.ReadMapHeaderBytes(state)
	for ; err == nil && n > 0; n-- {
		var name []byte
		if name, rest, err = msgp.ReadStringZC(rest); err != nil {
			break
		}
		value := rest
		if rest, err = msgp.Skip(value); err != nil || string(name) != "data" {
			continue
		}
		before := state[:len(state)-len(value)]
		out := make([]byte, 0, len(state)+msgp.ArrayHeaderSize+int(result.Size))
		out = append(out, before...)
		out = msgp.AppendArrayHeader(out, uint32(len(result.Rows))) //nolint:gosec // maxAnswerBytes keeps it far below
		for i, row := range result.Rows {
			out = append(out, row...)
			result.Rows[i] = nil
		}
		return append(out, rest...), nil
	}
	return nil, fmt.Errorf("the framework's state has no place for the rows: %w", err)
}
