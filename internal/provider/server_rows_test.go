package provider

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// instance is a row as the framework's own way would have it: the usual struct, set by reflection. A nil field is null.
type instance struct {
	ID                  *int64             `tfsdk:"id" json:"id"`
	ExecutionInstanceID *string            `tfsdk:"execution_instance_id" json:"execution_instance_id"`
	ExecutionStepID     *string            `tfsdk:"execution_step_id" json:"execution_step_id"`
	StartTime           *int64             `tfsdk:"start_time" json:"start_time"`
	EndTime             *int64             `tfsdk:"end_time" json:"end_time"`
	Status              *string            `tfsdk:"status" json:"status"`
	Message             *string            `tfsdk:"message" json:"message"`
	Properties          map[string]*string `tfsdk:"properties" json:"properties"`
}

func dataSourceSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp datasource.SchemaResponse
	newListDataSource(coc.ExecutionInstances)().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	return resp.Schema
}

// frameworkRows makes the rows of a list the usual way.
func frameworkRows(t *testing.T, instances []instance) any {
	t.Helper()
	data, diags := types.ListValueFrom(t.Context(), dataSourceSchema(t).Attributes["data"].(schema.ListAttribute).ElementType, instances)
	if diags.HasError() {
		t.Fatal(diags)
	}
	value, err := data.ToTerraformValue(t.Context())
	noError(t, err)
	return plain(t, value)
}

// generated are rows of every kind: each field null, empty or not, odd texts, the extremes of 64 bits.
func generated(n int) []instance {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() *string {
		long := "a longer text, longer than a short string's header can tell: " + fmt.Sprint(r.Int64())
		texts := []string{"", "Failed", "é\u0000\n😀", "10.2.51.200", long}
		if i := r.IntN(len(texts) + 1); i < len(texts) {
			return &texts[i]
		}
		return nil
	}
	number := func() *int64 {
		numbers := []int64{0, 1, -1, 127, 128, -33, 1 << 31, 9007199254740993, math.MaxInt64, math.MinInt64, r.Int64()}
		if i := r.IntN(len(numbers) + 1); i < len(numbers) {
			return &numbers[i]
		}
		return nil
	}
	rows := make([]instance, n)
	for i := range rows {
		id := int64(i) * 7919 * 7919 * 7919 // no two alike
		rows[i] = instance{
			ID: &id, ExecutionInstanceID: text(), ExecutionStepID: text(), StartTime: number(), EndTime: number(), Status: text(), Message: text(),
		}
		if leaves := r.IntN(20) - 1; leaves >= 0 {
			rows[i].Properties = map[string]*string{}
			for j := range leaves {
				name := fmt.Sprint(j)
				if more := text(); more != nil {
					name += "." + *more
				}
				rows[i].Properties[name] = text()
			}
		}
	}
	return rows
}

// What a read answers over the protocol is what the framework would have answered to the same rows, value for value, nulls
// included.
func TestRowsAreTheFrameworks(t *testing.T) {
	for _, n := range []int{1, 15, 16, 500} {
		instances := generated(n)
		instances[0].Message = new(strings.Repeat("é", 1<<16)) // longer than 16 bits can say
		sent := make([]coctest.Row, n)
		for i := range instances {
			row, err := json.Marshal(instances[i])
			noError(t, err)
			sent[i] = row
		}
		server, schemas := connected(t, coctest.New(testKeys, sent...))
		got, _ := readValues(t.Context(), t, server, schemas, dataSource, nil)
		wantEqual(t, fmt.Sprint(n, " rows"), got["data"], frameworkRows(t, instances))
	}
}

// The rows take the place of data alone. A read of no rows answers an empty list, not null: length() and for work on it.
func TestRowsInTheState(t *testing.T) {
	for n, want := range []args{
		{"data": []any{}, "total": int64(0), "status_counts": args{}},
		{"data": nil, "total": int64(1), "status_counts": args{"Succeed": int64(1)}},
	} {
		server, schemas := connected(t, coctest.New(testKeys, coctest.Rows(n)...))
		got, diags := readValues(t.Context(), t, server, schemas, dataSource, nil)
		wantDiagnostic(t, diags, "execution_step_id", "every instance of the account")
		if rows := got["data"].([]any); n > 0 && len(rows) == n {
			got["data"] = nil
		}
		wantState(t, want, got)
	}
	if _, err := withRows([]byte{0x80}, &coc.Result{Rows: [][]byte{}}); err == nil {
		t.Error("a state without data takes rows, want an error")
	}
}

// A read that fails hands over no rows, not even those of the pages before, and no empty list either.
func TestFailedReadHasNoRows(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(250)...)
	e.Fault(coctest.AtOffset(100), coctest.Error(http.StatusForbidden, "APIGW.0302", "not allowed"))
	server, schemas := connected(t, e)
	got, diags := readValues(t.Context(), t, server, schemas, dataSource, nil)
	wantDiagnostic(t, diags, "", "APIGW.0302: not allowed")
	wantState(t, nil, got)
}
