package provider

import (
	"fmt"
	"maps"
	"os"
	"testing"
)

// Log lines are turned off only if Terraform would discard them, and a level that somebody set stays.
func TestQuietLogs(t *testing.T) {
	names := []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_COC", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"}
	off := vars{"TF_LOG_PROVIDER_COC": "OFF", "TF_LOG_SDK": "OFF", "TF_LOG_SDK_FRAMEWORK": "OFF", "TF_LOG_SDK_PROTO": "OFF"}
	own := maps.Clone(off)
	own["TF_LOG_SDK"] = "WARN"
	for _, tc := range []struct{ env, want vars }{
		{nil, off},
		{vars{"TF_LOG": "INFO"}, vars{"TF_LOG": "INFO"}},
		{vars{"TF_LOG_PROVIDER": "DEBUG"}, vars{"TF_LOG_PROVIDER": "DEBUG"}},
		{vars{"TF_LOG_SDK": "WARN"}, own},
	} {
		for _, name := range names {
			t.Setenv(name, tc.env[name])
		}
		noError(t, quietLogs())
		for _, name := range names {
			wantEqual(t, fmt.Sprintf("%s with %v", name, tc.env), os.Getenv(name), tc.want[name])
		}
	}
}
