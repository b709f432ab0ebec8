package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-base/metrics/legacyregistry"
	"k8s.io/kubernetes/pkg/proxy"
)

// result is what one synchronisation prints. Seconds is the time of both families' rules, one after the
// other; reading and decoding the objects is not in it.
type result struct {
	File    string  `json:"file"`
	OK      bool    `json:"ok"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error,omitempty"`
}

// synchroniser brings a proxier from one world to the next.
type synchroniser struct {
	proxier proxy.Provider
	pause   time.Duration
	old     *world
}

func (s *synchroniser) sync(file string) result {
	w, err := readWorld(file)
	if err != nil {
		return result{File: file, Error: err.Error()}
	}
	first := s.old == nil
	if first {
		s.old = &world{}
	} else {
		time.Sleep(s.pause)
	}
	failuresBefore, err := countFailures()
	if err != nil {
		return result{File: file, Error: err.Error()}
	}
	s.tellServices(w)
	s.tellSlices(w)
	s.old = w
	// Both callbacks synchronise before they return. Before each has been called nothing is written.
	if first {
		s.proxier.OnServiceSynced()
	}
	start := time.Now()
	s.proxier.OnEndpointSlicesSynced()
	r := result{File: file, Seconds: time.Since(start).Seconds()}
	failures, err := countFailures()
	switch {
	case err != nil:
		r.Error = err.Error()
	case failures > failuresBefore:
		r.Error = fmt.Sprintf("%v failed synchronisations", failures-failuresBefore)
	default:
		r.OK = true
	}
	return r
}

func (s *synchroniser) tellServices(w *world) {
	for _, name := range sorted(w.services) {
		before, now := s.old.services[name], w.services[name]
		if before == nil {
			s.proxier.OnServiceAdd(now)
		} else if !reflect.DeepEqual(before, now) {
			s.proxier.OnServiceUpdate(before, now)
		}
	}
	for _, name := range sorted(s.old.services) {
		if w.services[name] == nil {
			s.proxier.OnServiceDelete(s.old.services[name])
		}
	}
}

func (s *synchroniser) tellSlices(w *world) {
	for _, name := range sorted(w.slices) {
		before, now := s.old.slices[name], w.slices[name]
		switch {
		case before == nil:
			s.proxier.OnEndpointSliceAdd(now)
		case before.AddressType != now.AddressType: // immutable: the slice was made anew
			s.proxier.OnEndpointSliceDelete(before)
			s.proxier.OnEndpointSliceAdd(now)
		case !reflect.DeepEqual(before, now):
			s.proxier.OnEndpointSliceUpdate(before, now)
		}
	}
	for _, name := range sorted(s.old.slices) {
		if w.slices[name] == nil {
			s.proxier.OnEndpointSliceDelete(s.old.slices[name])
		}
	}
}

// countFailures reads kube-proxy's own metrics: a failed synchronisation is only logged and counted.
func countFailures() (float64, error) {
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		return 0, err
	}
	count := 0.0
	for _, family := range families {
		name := family.GetName()
		if !strings.HasPrefix(name, "kubeproxy_sync_proxy_rules") || !strings.HasSuffix(name, "_failures_total") {
			continue
		}
		for _, metric := range family.GetMetric() {
			count += metric.GetCounter().GetValue()
		}
	}
	return count, nil
}

func sorted[T any](m map[types.NamespacedName]T) []types.NamespacedName {
	names := make([]types.NamespacedName, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return names[i].String() < names[j].String() })
	return names
}
