package provider

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// Each argument reaches the client; what is left out is the client's to choose, but for the limits of time and size.
func TestParams(t *testing.T) {
	step := url.Values{"execution_step_id": {"EXS1"}}
	const maxBytes = 255 << 20 // a mebibyte below what Terraform takes
	for name, tc := range map[string]struct {
		arguments map[string]any
		want      coc.Params
		timeout   time.Duration
	}{
		"nothing":  {nil, coc.Params{MaxBytes: maxBytes}, 20 * time.Minute},
		"a step":   {map[string]any{"execution_step_id": "EXS1"}, coc.Params{Arguments: step, MaxBytes: maxBytes}, 20 * time.Minute},
		"a limit":  {map[string]any{"limit": 7}, coc.Params{Limit: 7, MaxBytes: maxBytes}, 20 * time.Minute},
		"offset":   {map[string]any{"offset": 8}, coc.Params{Offset: 8, MaxBytes: maxBytes}, 20 * time.Minute},
		"items":    {map[string]any{"max_items": 9}, coc.Params{MaxItems: 9, MaxBytes: maxBytes}, 20 * time.Minute},
		"statuses": {map[string]any{"statuses": set("Failed", "Running")}, coc.Params{Statuses: []string{"Failed", "Running"}, MaxBytes: maxBytes}, 20 * time.Minute},
		"paths":    {map[string]any{"property_paths": set("ids.0")}, coc.Params{PropertyPaths: []string{"ids.0"}, MaxBytes: maxBytes}, 20 * time.Minute},
		"no paths": {map[string]any{"property_paths": set()}, coc.Params{PropertyPaths: []string{}, MaxBytes: maxBytes}, 20 * time.Minute},
		"a time":   {map[string]any{"timeouts": timeout("90s")}, coc.Params{MaxBytes: maxBytes}, 90 * time.Second},
		"all": {
			map[string]any{"execution_step_id": "EXS1", "limit": 7, "offset": 8, "max_items": 9, "statuses": set("Failed"), "timeouts": timeout("1h")},
			coc.Params{Arguments: step, Limit: 7, Offset: 8, MaxItems: 9, Statuses: []string{"Failed"}, MaxBytes: maxBytes},
			time.Hour,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, schemas := newServer(t)
			s := schemas.DataSourceSchemas[dataSource]
			raw, err := block(t, s, tc.arguments).Unmarshal(s.ValueType())
			if err != nil {
				t.Fatal(err)
			}
			d := &listDataSource{list: coc.ExecutionInstances}
			got, timeout, diags := d.params(t.Context(), tfsdk.Config{Schema: dataSourceSchema(t), Raw: raw})
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); len(diags) > 0 || timeout != tc.timeout || diff != "" {
				t.Errorf("%v: %s, (-want +got)\n%s", diags, timeout, diff)
			}
			// Nil keeps all properties, and an empty slice keeps none.
			if (got.PropertyPaths == nil) != (tc.want.PropertyPaths == nil) {
				t.Errorf("property paths: got %#v, want %#v", got.PropertyPaths, tc.want.PropertyPaths)
			}
		})
	}
}
