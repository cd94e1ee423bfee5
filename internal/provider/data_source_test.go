package provider

import (
	"net/url"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// Each argument reaches the client; what is left out is the client's to choose, but for the limits of time and size.
func TestParams(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments args
		want      coc.Params // and MaxBytes, a mebibyte below what Terraform takes
		timeout   time.Duration
	}{
		"nothing": {nil, coc.Params{}, 20 * time.Minute},
		"all": {
			args{
				"execution_step_id": "EXS1", "limit": 7, "offset": 8, "max_items": 9, "statuses": set("Failed", "Running"), "timeouts": timeout("90s"),
				"property_paths": set("ids.0"),
			},
			coc.Params{
				Arguments: url.Values{"execution_step_id": {"EXS1"}}, Limit: 7, Offset: 8, MaxItems: 9, Statuses: []string{"Failed", "Running"},
				PropertyPaths: []string{"ids.0"},
			},
			90 * time.Second,
		},
		"no paths": {args{"property_paths": set()}, coc.Params{PropertyPaths: []string{}}, 20 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			_, schemas := newServer(t)
			s := schemas.DataSourceSchemas[dataSource]
			raw, err := block(t, s, tc.arguments).Unmarshal(s.ValueType())
			noError(t, err)
			tc.want.MaxBytes = 255 << 20
			if tc.want.Arguments == nil {
				tc.want.Arguments = url.Values{}
			}
			d := &listDataSource{list: coc.ExecutionInstances}
			got, timeout, diags := d.params(t.Context(), tfsdk.Config{Schema: dataSourceSchema(t), Raw: raw})
			wantEqual(t, "parameters", got, tc.want) // nil keeps all properties, and an empty slice keeps none
			wantEqual(t, "timeout", timeout, tc.timeout)
			wantEqual(t, "diagnostics", len(diags), 0)
		})
	}
}
