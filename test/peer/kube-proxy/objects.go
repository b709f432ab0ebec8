package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	coredefaults "k8s.io/kubernetes/pkg/apis/core/v1"
	discoverydefaults "k8s.io/kubernetes/pkg/apis/discovery/v1"
)

// world has the objects that kube-proxy's informers would hand on.
type world struct {
	services map[types.NamespacedName]*v1.Service
	slices   map[types.NamespacedName]*discovery.EndpointSlice
}

const (
	serviceProxyNameLabel = "service.kubernetes.io/service-proxy-name"
	leaderAnnotation      = "control-plane.alpha.kubernetes.io/leader"
)

// reader collects the objects of a file, selected or not: Endpoints are mirrored for hidden Services too.
type reader struct {
	world
	allServices map[types.NamespacedName]*v1.Service
	endpoints   []*v1.Endpoints
}

// readWorld reads a List, an array or one object, fills in defaults as the API server does, and leaves out
// what kube-proxy's informers do not select.
func readWorld(path string) (*world, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &reader{
		world: world{
			services: map[types.NamespacedName]*v1.Service{},
			slices:   map[types.NamespacedName]*discovery.EndpointSlice{},
		},
		allServices: map[types.NamespacedName]*v1.Service{},
	}
	if err := r.read(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, e := range r.endpoints {
		if r.isMirrored(e) {
			r.mirror(e)
		}
	}
	return &r.world, nil
}

func (r *reader) read(raw json.RawMessage) error {
	if strings.HasPrefix(strings.TrimSpace(string(raw)), "[") {
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return err
		}
		return r.readAll(items)
	}
	var head struct {
		Kind  string            `json:"kind"`
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "List":
		return r.readAll(head.Items)
	case "Service":
		return r.readService(raw)
	case "EndpointSlice":
		return r.readSlice(raw)
	case "Endpoints":
		e := &v1.Endpoints{}
		if err := decode(raw, e); err != nil {
			return err
		}
		coredefaults.SetObjectDefaults_Endpoints(e)
		r.endpoints = append(r.endpoints, e)
	}
	return nil
}

func (r *reader) readAll(items []json.RawMessage) error {
	for _, item := range items {
		if err := r.read(item); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) readService(raw json.RawMessage) error {
	s := &v1.Service{}
	if err := decode(raw, s); err != nil {
		return err
	}
	if len(s.Spec.ClusterIPs) == 0 && s.Spec.ClusterIP != "" {
		s.Spec.ClusterIPs = []string{s.Spec.ClusterIP}
	}
	if s.Spec.ClusterIP == "" && len(s.Spec.ClusterIPs) > 0 {
		s.Spec.ClusterIP = s.Spec.ClusterIPs[0]
	}
	coredefaults.SetObjectDefaults_Service(s)
	r.allServices[nameOf(s)] = s
	if _, others := s.Labels[serviceProxyNameLabel]; !others && s.Spec.ClusterIP != v1.ClusterIPNone {
		r.services[nameOf(s)] = s
	}
	return nil
}

func (r *reader) readSlice(raw json.RawMessage) error {
	s := &discovery.EndpointSlice{}
	if err := decode(raw, s); err != nil {
		return err
	}
	discoverydefaults.SetObjectDefaults_EndpointSlice(s)
	if _, headless := s.Labels[v1.IsHeadlessService]; !headless {
		r.slices[nameOf(s)] = s
	}
	return nil
}

func (r *reader) isMirrored(e *v1.Endpoints) bool {
	service := r.allServices[nameOf(e)]
	_, elects := e.Annotations[leaderAnnotation]
	return service != nil && len(service.Spec.Selector) == 0 && e.Labels[discovery.LabelSkipMirror] != "true" && !elects
}

// mirror writes the slices that the EndpointSlice mirroring controller would: one a subset and family.
func (r *reader) mirror(e *v1.Endpoints) {
	for n, subset := range e.Subsets {
		for _, family := range []discovery.AddressType{discovery.AddressTypeIPv4, discovery.AddressTypeIPv6} {
			s := &discovery.EndpointSlice{AddressType: family}
			s.Namespace = e.Namespace
			s.Name = fmt.Sprintf("%s-mirror-%d-%s", e.Name, n, strings.ToLower(string(family)))
			s.Labels = map[string]string{discovery.LabelServiceName: e.Name}
			for i := range subset.Ports {
				p := subset.Ports[i]
				s.Ports = append(s.Ports, discovery.EndpointPort{Name: &p.Name, Port: &p.Port, Protocol: &p.Protocol})
			}
			s.Endpoints = append(mirrored(subset.Addresses, family, true), mirrored(subset.NotReadyAddresses, family, false)...)
			if len(s.Endpoints) > 0 {
				r.slices[nameOf(s)] = s
			}
		}
	}
}

func mirrored(addresses []v1.EndpointAddress, family discovery.AddressType, ready bool) []discovery.Endpoint {
	var endpoints []discovery.Endpoint
	for _, a := range addresses {
		if strings.Contains(a.IP, ":") == (family == discovery.AddressTypeIPv6) {
			endpoints = append(endpoints, discovery.Endpoint{
				Addresses:  []string{a.IP},
				NodeName:   a.NodeName,
				Conditions: discovery.EndpointConditions{Ready: &ready},
			})
		}
	}
	return endpoints
}

func decode(raw json.RawMessage, o metav1.Object) error {
	if err := json.Unmarshal(raw, o); err != nil {
		return err
	}
	if o.GetNamespace() == "" {
		o.SetNamespace(metav1.NamespaceDefault)
	}
	return nil
}

func nameOf(o metav1.Object) types.NamespacedName {
	return types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}
}
