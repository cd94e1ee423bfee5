package auth

import (
	"testing"
)

func TestPublicEndpoints(t *testing.T) {
	for region, want := range map[string]struct{ iam, sts string }{
		"":               {iam: "https://iam.myhuaweicloud.com", sts: "https://sts.cn-north-4.myhuaweicloud.com"},
		"cn-north-4":     {iam: "https://iam.myhuaweicloud.com", sts: "https://sts.cn-north-4.myhuaweicloud.com"},
		"ap-southeast-3": {iam: "https://iam.myhuaweicloud.com", sts: "https://sts.ap-southeast-3.myhuaweicloud.com"},
		"eu-west-101":    {iam: "https://iam.eu-west-101.myhuaweicloud.eu"},
		"RegionOne":      {iam: "https://iam.myhuaweicloud.com"},
		"evil.com/x":     {iam: "https://iam.myhuaweicloud.com"},
	} {
		if iam, sts := PublicEndpoints(region); iam != want.iam || sts != want.sts {
			t.Errorf("%q: %q and %q, want %q and %q", region, iam, sts, want.iam, want.sts)
		}
	}
}

// The arguments come first, then the environment, then what the provider or the region says.
func TestEndpoints(t *testing.T) {
	site := func(region string) (iam, sts string) {
		return "https://iam.site." + region, "https://sts.site." + region
	}
	for name, tc := range map[string]struct {
		options  Options
		named    string
		env      map[string]string
		region   string
		iam, sts string
		iamErr   string
		stsErr   string
	}{
		"nothing":                   {iam: "https://iam.myhuaweicloud.com", sts: "https://sts.cn-north-4.myhuaweicloud.com"},
		"a region":                  {region: "ap-southeast-3", iam: "https://iam.myhuaweicloud.com", sts: "https://sts.ap-southeast-3.myhuaweicloud.com"},
		"the provider's":            {options: Options{Endpoints: site}, region: "r", iam: "https://iam.site.r", sts: "https://sts.site.r"},
		"the environment's":         {options: Options{Endpoints: site}, env: map[string]string{EnvSDKIAMEndpoint: "iam.env", EnvSDKSTSEndpoint: "https://sts.env/"}, iam: "https://iam.env", sts: "https://sts.env"},
		"the arguments":             {options: Options{IAMEndpoint: "https://iam.arg", STSEndpoint: "https://sts.arg/x"}, env: map[string]string{EnvSDKIAMEndpoint: "iam.env", EnvSDKSTSEndpoint: "sts.env"}, iam: "https://iam.arg", sts: "https://sts.arg/x"},
		"a profile's":               {named: "https://iam.profile", env: map[string]string{EnvSDKIAMEndpoint: "iam.env"}, iam: "https://iam.profile", sts: "https://sts.cn-north-4.myhuaweicloud.com"},
		"an argument, and a file's": {options: Options{IAMEndpoint: "https://iam.arg"}, named: "https://iam.profile", iam: "https://iam.arg", sts: "https://sts.cn-north-4.myhuaweicloud.com"},
		"in Europe":                 {region: "eu-west-101", iam: "https://iam.eu-west-101.myhuaweicloud.eu", stsErr: "sts_endpoint: none is known for this region or endpoint. Give it, or set HUAWEICLOUD_SDK_STS_ENDPOINT"},
		"without TLS": {
			env:    map[string]string{EnvSDKIAMEndpoint: "http://iam.env", EnvSDKSTSEndpoint: "http://sts.env"},
			iamErr: `HUAWEICLOUD_SDK_IAM_ENDPOINT: http is accepted for a loopback address only, use https, got "http://iam.env"`,
			stsErr: `HUAWEICLOUD_SDK_STS_ENDPOINT: http is accepted for a loopback address only, use https, got "http://sts.env"`,
		},
		"without TLS on loopback": {env: map[string]string{EnvSDKIAMEndpoint: "http://127.0.0.1:1", EnvSDKSTSEndpoint: "http://localhost:2"}, iam: "http://127.0.0.1:1", sts: "http://localhost:2"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			f := &finder{Options: tc.options}
			iam, err := f.iamEndpoint(tc.named, tc.region)
			if iam != tc.iam || message(err) != tc.iamErr {
				t.Errorf("IAM: %q, %v", iam, err)
			}
			sts, err := f.stsEndpoint(tc.region)
			if sts != tc.sts || message(err) != tc.stsErr {
				t.Errorf("STS: %q, %v", sts, err)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// An endpoint that is not known or malformed is a problem on its argument, before any request.
func TestEndpointProblems(t *testing.T) {
	byID, byName := Agency{Name: "ops", DomainID: "d1"}, Agency{Name: "ops", DomainName: "one"}
	europe := func(string) (string, string) { return PublicEndpoints("eu-west-101") }
	for name, tc := range map[string]struct {
		block    Block
		env      map[string]string
		argument string
		want     string
	}{
		"by ID in Europe":      {block: ownBlock(byID), argument: "sts_endpoint", want: "Unusable endpoint: sts_endpoint: none is known for this region or endpoint. Give it, or set HUAWEICLOUD_SDK_STS_ENDPOINT. It is needed for assume_role, the agency ops of the account with the ID d1."},
		"the second in Europe": {block: ownBlock(byName, byID), argument: "sts_endpoint", want: "It is needed for assume_role (2 of 2), the agency ops of the account with the ID d1."},
		"OIDC in Europe":       {block: Block{OIDC: &OIDC{AgencyName: "a", DomainID: "d", ProviderID: "i", Token: "t"}}, argument: "sts_endpoint", want: "It is needed for assume_role_with_oidc, the agency a"},
		"a variable by name":   {block: ownBlock(byName), env: map[string]string{EnvSDKIAMEndpoint: "http://iam.env"}, argument: "iam_endpoint", want: "HUAWEICLOUD_SDK_IAM_ENDPOINT: http is accepted"},
		"a variable by OIDC":   {block: Block{OIDC: &OIDC{}}, env: map[string]string{EnvSDKIAMEndpoint: "http://iam.env"}, argument: "iam_endpoint", want: "HUAWEICLOUD_SDK_IAM_ENDPOINT: http is accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.block, m.options.Endpoints = tc.block, europe
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			m.wantProblem(t, tc.argument, tc.want)
			if seen := m.connections(); len(seen) > 0 {
				t.Errorf("connected to %v", seen)
			}
		})
	}
}
