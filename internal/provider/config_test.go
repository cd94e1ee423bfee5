package provider

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/auth"
)

// Each argument and each variable is checked before any source of credentials is looked at, above all over the network. A message holds no
// secret. (The forms of endpoints are tested in packages rest and coc.)
func TestConfigure(t *testing.T) {
	const visible = "must be one or more visible ASCII characters, without blanks or line ends, got "
	const own, nowhere = "https://coc.example.com", "http://example.com"
	for name, tc := range map[string]struct {
		block           args
		env             vars
		attribute, want string // empty for a configuration that is fine
	}{
		"nothing":                  {},
		"a loopback endpoint":      {block: args{"endpoint": "http://127.0.0.1:8080/"}},
		"an endpoint before":       {block: args{"endpoint": own}, env: vars{envEndpoint: nowhere}},
		"a private cloud's region": {block: args{"region": "RegionOne", "endpoint": own}},
		"both by variable":         {env: vars{envEndpoint: own, envRegion: "RegionOne"}},
		"IAM, with a version":      {block: args{"iam_endpoint": own + "/v1"}},
		"no retries":               {block: args{"max_retries": 0}},
		"secure after all":         {block: args{"insecure": false}, env: vars{envInsecure: "true"}},

		"an empty access key": {
			args{"access_key": "", "secret_key": "SK"}, nil, "access_key",
			"access_key must be one or more visible ASCII characters, without blanks or line ends, which this one is not.",
		},
		"an access key that is none": {args{"access_key": "pass-word\x01", "secret_key": "SK"}, nil, "access_key", "which this one is not."},
		"a secret key with a line end": {
			args{"access_key": "AK", "secret_key": "pass-word\n"}, nil, "secret_key",
			"secret_key " + visible + "one with blanks or line ends around it.",
		},
		"a token with blanks":  {args{"token": " pass-word "}, nil, "token", "token " + visible + "one with blanks or line ends around it."},
		"a security token too": {args{"security_token": "pass-word again"}, nil, "security_token", "got one with blanks or line ends in it."},
		"a project":            {args{"project_id": "a\r\nb"}, nil, "project_id", `got "a\r\nb" with blanks or line ends in it.`},
		"its variable": {
			nil, vars{envProjectID: "p "}, "project_id", "HW_PROJECT_ID: " + visible + `"p " with blanks or line ends around it.`,
		},
		"a domain":      {args{"domain_id": "é"}, nil, "domain_id", "domain_id " + visible + `"é".`},
		"its variable ": {nil, vars{envDomainID: "d d"}, "domain_id", "HW_DOMAIN_ID: " + visible + `"d d"`},

		"a region":          {args{"region": "CN"}, nil, "region", `joined by dashes, unless endpoint is set: got "CN".`},
		"with a blank":      {args{"region": "China North"}, nil, "region", "region " + visible + `"China North" with blanks`},
		"a private cloud's": {args{"endpoint": own}, vars{envRegion: "Region One"}, "region", "HW_REGION_NAME: " + visible + `"Region One"`},
		"a region's variable, and a file that is not looked for": {
			args{"shared_config_file": "/nowhere.json"}, vars{envRegion: "CN"}, "region",
			`HW_REGION_NAME: must look like cn-north-4: lower-case words and numbers, joined by dashes, got "CN".`,
		},
		"a site's variable": {nil, vars{envSite: "cn"}, "site", `COC_SITE: must be china, international or europe, got "cn".`},

		"an endpoint": {args{"endpoint": "https://u:pass-word@host"}, nil, "endpoint", "a user or password does not belong in an endpoint."},
		"ends in /v1": {args{"endpoint": own + "/v1"}, nil, "endpoint", "endpoint: leave /v1 out, as every request adds it: " + own + "."},
		"an endpoint's variable": {
			nil, vars{envEndpoint: nowhere}, "endpoint",
			`COC_ENDPOINT: http is accepted for a loopback address only: use https, got "http://example.com"`,
		},
		"its /v1": {nil, vars{envEndpoint: own + "/v1/executions"}, "endpoint",
			"COC_ENDPOINT: leave /v1 and what follows it out, as every"},
		"an IAM endpoint": {args{"iam_endpoint": "iam"}, nil, "iam_endpoint", "iam_endpoint: begin it with https://"},
		"an STS endpoint": {args{"sts_endpoint": "sts"}, nil, "sts_endpoint", "sts_endpoint: begin it with https://"},

		"too many retries":      {args{"max_retries": 101}, nil, "max_retries", "between 0 and 100"},
		"fewer than no retries": {args{"max_retries": -1}, nil, "max_retries", "between 0 and 100"},
		"no number of retries":  {nil, vars{envMaxRetries: "many"}, "max_retries", `HW_MAX_RETRIES: must be a number from 0 to 100, got "many".`},
		"too many by variable":  {nil, vars{envMaxRetries: "101"}, "max_retries", "HW_MAX_RETRIES: must be"},
		"insecure":              {args{"insecure": true}, nil, "insecure", "Certificates are not verified"},
		"insecure by variable":  {nil, vars{envInsecure: "1"}, "insecure", "Certificates are not verified"},
		"neither":               {nil, vars{envInsecure: "maybe"}, "insecure", `HW_INSECURE: must be true or false, got "maybe".`},
		"no such CA file":       {args{"cacert_file": "/nowhere.pem"}, nil, "cacert_file", "cacert_file: open /nowhere.pem"},
		"no certificate":        {args{"cacert_file": "config_test.go"}, nil, "cacert_file", "no certificate in PEM form"},
		"no file's name":        {args{"cacert_file": ""}, nil, "cacert_file", "must be at least 1"},
		"an empty file":         {args{"cacert_file": os.DevNull}, nil, "cacert_file", "cacert_file: no certificate in PEM form"},
		"no such file either":   {nil, vars{envCACert: "~/nowhere.pem"}, "cacert_file", "OS_CACERT: open /"},
		"a proxy that is none":  {nil, vars{"HTTPS_PROXY": "http://user:pass-word@[::1:3128"}, "", "HTTPS_PROXY is not the URL of a proxy"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			asked := false
			servePodIdentity(t, func(w http.ResponseWriter, _ *http.Request) {
				asked = true
				_, _ = fmt.Fprint(w, podAnswer("K", time.Hour))
			})
			setenv(t, tc.env)
			got := configuring(t, tc.block)
			wantDiagnostic(t, got, tc.attribute, tc.want)
			for _, d := range got {
				wantNotIn(t, "message", d.Summary+d.Detail, "pass-word")
				wantEqual(t, "asked for keys", asked, d.Severity == tfprotov6.DiagnosticSeverityWarning)
			}
		})
	}
}

// Each argument of the schema, at any depth, is an error if its value is not known yet, and so is the block.
//
// Fault: ambiguous agency.
func TestUnknownProviderArguments(t *testing.T) {
	server, schemas := newServer(t)
	object := schemas.Provider.ValueType().(tftypes.Object)
	configureWith := func(arguments args) diagnostics {
		got, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: block(t, schemas.Provider, arguments)})
		noError(t, err)
		return got.Diagnostics
	}
	want := func(attribute string, arguments args) {
		t.Helper()
		got := configureWith(arguments)
		if len(got) != 1 || dotted(got[0].Attribute) != attribute {
			t.Fatalf("got %v, want one diagnostic on %s", got, attribute)
		}
		wantIn(t, attribute, got[0].Detail, fmt.Sprintf("The value of %q is known only after apply", attribute))
	}
	for name := range object.AttributeTypes {
		want(name, args{name: unknown})
	}
	for _, nested := range schemas.Provider.Block.BlockTypes {
		of := object.AttributeTypes[nested.TypeName].(tftypes.List).ElementType.(tftypes.Object)
		for _, attribute := range nested.Block.Attributes {
			known := tftypes.NewValue(of, attributesOf(of.AttributeTypes, nil))
			open := tftypes.NewValue(of, attributesOf(of.AttributeTypes, args{attribute.Name: unknown}))
			want(fmt.Sprintf("%s[1].%s", nested.TypeName, attribute.Name), args{nested.TypeName: []tftypes.Value{known, open}})
		}
	}
	if both := configureWith(args{"site": unknown, "region": unknown}); len(both) != 2 || dotted(both[0].Attribute) != "region" {
		t.Errorf("got %v, want one for region and one for site", both)
	}
}

// The number of retries is the block's, or else the environment's, or else 5; 0 is a number too.
func TestMaxRetries(t *testing.T) {
	t.Setenv(auth.EnvAccessKey, "AK")
	t.Setenv(auth.EnvSecretKey, "SK")
	for _, tc := range []struct {
		block any
		env   string
		want  int
	}{{nil, "", 5}, {7, "", 7}, {nil, "9", 9}, {nil, "0", 0}, {nil, "100", 100}, {7, "9", 7}, {0, "9", 0}} {
		t.Setenv(envMaxRetries, tc.env)
		config, _ := mustResolve(t, io.Discard, args{"max_retries": tc.block})
		wantEqual(t, fmt.Sprintf("retries of %+v", tc), config.MaxRetries, tc.want)
	}
}

func set(elements ...any) []tftypes.Value {
	values := []tftypes.Value{}
	for _, e := range elements {
		values = append(values, tftypes.NewValue(tftypes.String, e))
	}
	return values
}

func timeout(read string) map[string]tftypes.Value {
	return map[string]tftypes.Value{"read": tftypes.NewValue(tftypes.String, read)}
}
