package auth

import "testing"

// The arguments come first, then the environment, then the region's.
func TestEndpoints(t *testing.T) {
	const iam, sts = "https://iam.myhuaweicloud.com", "https://sts.cn-north-4.myhuaweicloud.com"
	const noIAM = "iam_endpoint: no default is known for this region or endpoint. Set it, or HUAWEICLOUD_SDK_IAM_ENDPOINT"
	const noSTS = "sts_endpoint: no default is known for this region or endpoint. Set it, or HUAWEICLOUD_SDK_STS_ENDPOINT"
	const noTLS = `: http is accepted for a loopback address only: use https, got "http://`
	variables := vars{EnvSDKIAMEndpoint: "iam.env", EnvSDKSTSEndpoint: "https://sts.env/"}
	arguments := Options{IAMEndpoint: "https://iam.arg", STSEndpoint: "https://sts.arg/x"}
	for name, tc := range map[string]struct {
		options  Options
		named    string // by a profile
		env      vars
		iam, sts string // endpoints or errors
	}{
		"no region":                 {iam: noIAM, sts: noSTS},
		"a region abroad":           {options: Options{Region: "ap-southeast-3"}, iam: iam, sts: "https://sts.ap-southeast-3.myhuaweicloud.com"},
		"Europe":                    {options: Options{Region: "eu-west-101"}, iam: "https://iam.eu-west-101.myhuaweicloud.eu", sts: noSTS},
		"a region that is a path":   {options: Options{Region: "evil.com/x"}, iam: iam, sts: noSTS},
		"the environment's":         {options: Options{Region: "cn-north-4"}, env: variables, iam: "https://iam.env", sts: "https://sts.env"},
		"the arguments":             {options: arguments, env: variables, iam: "https://iam.arg", sts: "https://sts.arg/x"},
		"a profile's":               {named: "https://iam.profile", env: variables, iam: "https://iam.profile", sts: "https://sts.env"},
		"an argument, and a file's": {options: arguments, named: "https://iam.profile", iam: "https://iam.arg", sts: "https://sts.arg/x"},
		"without TLS": {
			env: vars{EnvSDKIAMEndpoint: "http://iam.env", EnvSDKSTSEndpoint: "http://sts.env"},
			iam: "HUAWEICLOUD_SDK_IAM_ENDPOINT" + noTLS + `iam.env"`, sts: "HUAWEICLOUD_SDK_STS_ENDPOINT" + noTLS + `sts.env"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			setAll(t, tc.env)
			check := func(got string, err error, want string) {
				t.Helper()
				if err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
			got, err := tc.options.iamEndpoint(tc.named)
			check(got, err, tc.iam)
			got, err = tc.options.stsEndpoint()
			check(got, err, tc.sts)
		})
	}
}

// An endpoint that is not known or malformed is a problem on its argument, before any request.
func TestEndpointProblems(t *testing.T) {
	byID, byName := Agency{Name: "ops", DomainID: "d1"}, Agency{Name: "ops", DomainName: "one"}
	noTLS := vars{EnvSDKIAMEndpoint: "http://iam.env"}
	const needed = "It is needed for "
	for name, tc := range map[string]struct {
		block    Block
		env      vars
		argument string
		want     string
	}{
		"by ID in Europe": {
			block: ownBlock(byID), argument: "sts_endpoint",
			want: "Unusable endpoint: sts_endpoint: no default is known for this region or endpoint. Set it, or HUAWEICLOUD_SDK_STS_ENDPOINT. " +
				needed + "assume_role, the agency ops of the account with the ID d1.",
		},
		"the second in Europe": {
			block: ownBlock(byName, byID), argument: "sts_endpoint",
			want: needed + "assume_role (2 of 2), the agency ops of the account with the ID d1.",
		},
		"OIDC in Europe": {
			block: Block{OIDC: &OIDC{AgencyName: "a", DomainID: "d", ProviderID: "i", Token: "t"}}, argument: "sts_endpoint",
			want: needed + "assume_role_with_oidc, the agency a",
		},
		"a variable by name": {
			block: ownBlock(byName), env: noTLS, argument: "iam_endpoint",
			want: "HUAWEICLOUD_SDK_IAM_ENDPOINT: http is accepted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.block, m.options.Region = tc.block, "eu-west-101"
			setAll(t, tc.env)
			m.wantProblem(t, tc.argument, tc.want)
			m.wantNoConnection(t)
		})
	}
}
