package upstream_test

const crashRole = "CONNKIT_TEST_CRASH_AT"

func playCrash() {}
