package provider

import (
	"os"
	"testing"
)

// Log lines are turned off only if Terraform would discard them, and a level that somebody set stays.
func TestQuietLogs(t *testing.T) {
	names := []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_COC", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"}
	for _, test := range []struct {
		name string
		env  map[string]string
		want map[string]string
	}{
		{
			name: "nothing is set",
			want: vars{"TF_LOG_PROVIDER_COC": "OFF", "TF_LOG_SDK": "OFF", "TF_LOG_SDK_FRAMEWORK": "OFF", "TF_LOG_SDK_PROTO": "OFF"},
		},
		{name: "TF_LOG", env: vars{"TF_LOG": "INFO"}, want: vars{"TF_LOG": "INFO"}},
		{name: "TF_LOG_PROVIDER", env: vars{"TF_LOG_PROVIDER": "DEBUG"}, want: vars{"TF_LOG_PROVIDER": "DEBUG"}},
		{
			name: "a level of its own", env: vars{"TF_LOG_SDK": "WARN"},
			want: vars{"TF_LOG_PROVIDER_COC": "OFF", "TF_LOG_SDK": "WARN", "TF_LOG_SDK_FRAMEWORK": "OFF", "TF_LOG_SDK_PROTO": "OFF"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, name := range names {
				t.Setenv(name, test.env[name])
			}
			if err := quietLogs(); err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if got := os.Getenv(name); got != test.want[name] {
					t.Errorf("%s is %q, want %q", name, got, test.want[name])
				}
			}
		})
	}
}
