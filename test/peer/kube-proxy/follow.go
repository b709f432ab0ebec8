package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	discovery "k8s.io/api/discovery/v1"
	discoverydefaults "k8s.io/kubernetes/pkg/apis/discovery/v1"
)

// longestLine has room for a slice of a thousand endpoints.
const longestLine = 1 << 20

// follow tells the proxier of changed slices, one a line. Without the loop each is synchronised at once and its
// result written to out: the time from the event to the kernel, without decoding.
func (s *synchroniser) follow(in io.Reader, out *json.Encoder, loop bool) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, longestLine), longestLine)
	for lines.Scan() {
		now := &discovery.EndpointSlice{}
		if err := decode(lines.Bytes(), now); err != nil {
			return err
		}
		discoverydefaults.SetObjectDefaults_EndpointSlice(now)
		before := s.old.slices[nameOf(now)]
		if before == nil {
			return fmt.Errorf("no slice %s to change", nameOf(now))
		}
		s.old.slices[nameOf(now)] = now
		if loop {
			s.proxier.OnEndpointSliceUpdate(before, now)
			continue
		}
		failuresBefore, err := countFailures()
		if err != nil {
			return err
		}
		start := time.Now()
		s.proxier.OnEndpointSliceUpdate(before, now)
		s.proxier.OnEndpointSlicesSynced()
		r := result{File: nameOf(now).String(), Seconds: time.Since(start).Seconds()}
		failures, err := countFailures()
		if err != nil {
			return err
		}
		r.OK = failures == failuresBefore
		if err := out.Encode(r); err != nil {
			return err
		}
	}
	return lines.Err()
}
