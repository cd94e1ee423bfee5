package provider

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// instance is a row as a test makes it. A nil field is null.
type instance struct {
	ID                                   *int64
	ExecutionInstanceID, ExecutionStepID *string
	StartTime, EndTime                   *int64
	Status, Message                      *string
	Properties                           map[string]*string
}

// row is a row as the framework's own way would have it: the usual struct, set by reflection.
type row struct {
	ID                  types.Int64        `tfsdk:"id"`
	ExecutionInstanceID types.String       `tfsdk:"execution_instance_id"`
	ExecutionStepID     types.String       `tfsdk:"execution_step_id"`
	StartTime           types.Int64        `tfsdk:"start_time"`
	EndTime             types.Int64        `tfsdk:"end_time"`
	Status              types.String       `tfsdk:"status"`
	Message             types.String       `tfsdk:"message"`
	Properties          map[string]*string `tfsdk:"properties"`
}

func newRow(i instance) row {
	return row{
		ID:                  types.Int64PointerValue(i.ID),
		ExecutionInstanceID: types.StringPointerValue(i.ExecutionInstanceID),
		ExecutionStepID:     types.StringPointerValue(i.ExecutionStepID),
		StartTime:           types.Int64PointerValue(i.StartTime),
		EndTime:             types.Int64PointerValue(i.EndTime),
		Status:              types.StringPointerValue(i.Status),
		Message:             types.StringPointerValue(i.Message),
		Properties:          i.Properties,
	}
}

func dataSourceSchema(t *testing.T) schema.Schema {
	t.Helper()
	var resp datasource.SchemaResponse
	newListDataSource(coc.ExecutionInstances)().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	return resp.Schema
}

// frameworkState sets rows the usual way.
func frameworkState(t *testing.T, instances []instance) tftypes.Value {
	t.Helper()
	s := dataSourceSchema(t)
	rows := make([]row, len(instances))
	for i := range instances {
		rows[i] = newRow(instances[i])
	}
	data, diags := types.ListValueFrom(t.Context(), s.Attributes["data"].GetType().(attr.TypeWithElementType).ElementType(), rows)
	if diags.HasError() {
		t.Fatal(diags)
	}
	state := tfsdk.State{Schema: s, Raw: ofNulls(t, s.Type().TerraformType(t.Context()))}
	for name, value := range map[string]any{"data": data, "total": int64(len(rows)), "limit": int64(100), "error_code": "COC.0"} {
		if diags := state.SetAttribute(t.Context(), pathRoot(name), value); diags.HasError() {
			t.Fatal(diags)
		}
	}
	return state.Raw
}

// generated are rows of every kind: each field null, empty or not, odd texts, the extremes of 64 bits.
func generated(n int) []instance {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() *string {
		texts := []string{
			"", "Failed", "é\u0000\n😀", "10.2.51.200",
			"a longer text, longer than a short string's header can tell: " + fmt.Sprint(r.Int64()),
		}
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
				rows[i].Properties[fmt.Sprintf("%d.%s", j, *orEmpty(text()))] = text()
			}
		}
	}
	return rows
}

func orEmpty(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
}

// What a read answers over the protocol is what the framework would have answered to the same rows, value for value, nulls
// included.
func TestRowsAreTheFrameworks(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 500} {
		instances := generated(n)
		sent := make([]coctest.Row, n)
		for i := range instances {
			sent[i] = rowOf(t, instances[i])
		}
		got, diags := readFrom(t, coctest.New(testKeys, sent...))
		if len(diags) > 0 {
			t.Fatal(diags[0].Detail)
		}
		want, rows := dataOf(t, frameworkState(t, instances)), dataOf(t, got)
		if !slices.EqualFunc(want, rows, tftypes.Value.Equal) {
			t.Errorf("%d rows (-want +got)\n%s", n, cmp.Diff(want, rows))
		}
	}
}

// The state around the rows is the framework's own, and the rows take the place of data alone.
func TestRowsInTheState(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(2)...)
	got, diags := readFrom(t, e)
	if len(diags) > 0 {
		t.Fatal(diags[0].Detail)
	}
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		t.Fatal(err)
	}
	for name, value := range attributes {
		want := tftypes.NewValue(value.Type(), nil)
		switch name {
		case "data":
			continue
		case "total":
			want = tftypes.NewValue(tftypes.Number, 2)
		case "status_counts":
			want = tftypes.NewValue(value.Type(), map[string]tftypes.Value{"Succeed": tftypes.NewValue(tftypes.Number, 2)})
		}
		if !value.Equal(want) {
			t.Errorf("%s is %s", name, value)
		}
	}
	if _, err := withRows([]byte{0x80}, &coc.Result{Rows: [][]byte{}}); err == nil {
		t.Error("a state without data takes rows")
	}
}

// rowOf is a row as the service sends it.
func rowOf(t *testing.T, i instance) coctest.Row {
	t.Helper()
	row, err := json.Marshal(map[string]any{
		"id": i.ID, "execution_instance_id": i.ExecutionInstanceID, "execution_step_id": i.ExecutionStepID, "start_time": i.StartTime,
		"end_time": i.EndTime, "status": i.Status, "message": i.Message, "properties": i.Properties,
	})
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// A read of no rows answers an empty list, not null: length() and for work on it.
func TestNoRows(t *testing.T) {
	got, diags := readFrom(t, coctest.New(testKeys))
	if len(diags) > 0 {
		t.Fatal(diags[0].Detail)
	}
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		t.Fatal(err)
	}
	data := attributes["data"]
	if want := tftypes.NewValue(data.Type(), []tftypes.Value{}); !data.Equal(want) {
		t.Errorf("data is %s", data)
	}
	if want := tftypes.NewValue(tftypes.Number, 0); !attributes["total"].Equal(want) {
		t.Errorf("total is %s", attributes["total"])
	}
}

// A read that fails hands over no rows, not even those of the pages before, and no empty list either.
func TestFailedReadHasNoRows(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(250)...)
	e.Fault(coctest.AtOffset(100), coctest.Error(http.StatusForbidden, "APIGW.0302", "not allowed"))
	got, diags := readFrom(t, e)
	wantDiagnostic(t, diags, "", "APIGW.0302: not allowed")
	var attributes map[string]tftypes.Value
	if err := got.As(&attributes); err != nil {
		t.Fatal(err)
	}
	if !attributes["data"].IsNull() || !attributes["total"].IsNull() {
		t.Errorf("data is %s, total %s", attributes["data"], attributes["total"])
	}
}

func dataOf(t *testing.T, state tftypes.Value) []tftypes.Value {
	t.Helper()
	var attributes map[string]tftypes.Value
	var rows []tftypes.Value
	if err := state.As(&attributes); err != nil {
		t.Fatal(err)
	}
	if err := attributes["data"].As(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}
