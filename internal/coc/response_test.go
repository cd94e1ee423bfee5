package coc

import "testing"

// A code in a 200 is a failure unless it is made of zeros, with or without a service's name before them.
//
// Fault: code in a 200.
func TestSuccessCodes(t *testing.T) {
	if !Succeeded(nil) {
		t.Error("no code is a failure")
	}
	for code, want := range map[string]bool{
		"": true, "0": true, "000": true, "COC.00000000": true, "common.0": true,
		"1": false, "COC": false, "COC.": false, ".0": false, "COC.00000001": false, "COC.0x0": false, "C0C.0": false,
		"COC.0.0": false, "COC.00000000 ": false, "OK": false, "200": false,
	} {
		if Succeeded(&code) != want {
			t.Errorf("%q: success %t", code, !want)
		}
	}
}
