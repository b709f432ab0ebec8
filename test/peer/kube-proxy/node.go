package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"

	v1 "k8s.io/api/core/v1"
	proxyutil "k8s.io/kubernetes/pkg/proxy/util"
)

// node is what kube-proxy is told of its node. The fields are those of the `node` of a behaviour case.
type node struct {
	Hostname            string   `json:"hostname"`
	NodeIPs             []string `json:"nodeIPs"`
	PodCIDRs            []string `json:"podCIDRs"`
	ClusterCIDRs        []string `json:"clusterCIDRs"`
	ServiceCIDRs        []string `json:"serviceCIDRs"`
	NodePortAddresses   []string `json:"nodePortAddresses"`
	DetectLocalMode     string   `json:"detectLocalMode"`
	BridgeInterface     string   `json:"bridgeInterface"`
	InterfaceNamePrefix string   `json:"interfaceNamePrefix"`
	Zone                string   `json:"zone"`
	MasqueradeAll       bool     `json:"masqueradeAll"`
	LocalhostNodePorts  *bool    `json:"localhostNodePorts"`
}

var families = []v1.IPFamily{v1.IPv4Protocol, v1.IPv6Protocol}

func readNode(path string) (*node, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	n := &node{}
	if err := json.Unmarshal(data, n); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// localhostNodePorts is on unless it is said otherwise, as kube-proxy's defaults have it.
func (n *node) localhostNodePorts() *bool {
	on := n.LocalhostNodePorts == nil || *n.LocalhostNodePorts
	return &on
}

func (n *node) labels() map[string]string {
	if n.Zone == "" {
		return map[string]string{}
	}
	return map[string]string{v1.LabelTopologyZone: n.Zone}
}

// The rest restates what cmd/kube-proxy/app derives from a configuration and does not export. When the
// version in go.mod changes, compare it with server.go and server_linux.go there.

func (n *node) localDetectors() map[v1.IPFamily]proxyutil.LocalTrafficDetector {
	detectors := map[v1.IPFamily]proxyutil.LocalTrafficDetector{}
	for _, family := range families {
		detectors[family] = proxyutil.NewNoOpLocalDetector()
	}
	byCIDR := func(list []string) {
		for family, cidrs := range proxyutil.MapCIDRsByIPFamily(list) {
			detectors[family] = proxyutil.NewDetectLocalByCIDR(cidrs[0].String())
		}
	}
	switch n.DetectLocalMode {
	case "", "ClusterCIDR":
		byCIDR(n.ClusterCIDRs)
	case "NodeCIDR":
		byCIDR(n.PodCIDRs)
	case "BridgeInterface":
		for _, family := range families {
			detectors[family] = proxyutil.NewDetectLocalByBridgeInterface(n.BridgeInterface)
		}
	case "InterfaceNamePrefix":
		for _, family := range families {
			detectors[family] = proxyutil.NewDetectLocalByInterfaceNamePrefix(n.InterfaceNamePrefix)
		}
	}
	return detectors
}

// primaryIPs has the first address of each family, loopback where there is none.
func (n *node) primaryIPs() (map[v1.IPFamily]net.IP, error) {
	ips := map[v1.IPFamily]net.IP{}
	for _, text := range n.NodeIPs {
		ip := net.ParseIP(text)
		if ip == nil {
			return nil, fmt.Errorf("node IP %q", text)
		}
		family := v1.IPv6Protocol
		if ip.To4() != nil {
			family = v1.IPv4Protocol
		}
		if ips[family] == nil {
			ips[family] = ip
		}
	}
	if ips[v1.IPv4Protocol] == nil {
		ips[v1.IPv4Protocol] = net.IPv4(127, 0, 0, 1)
	}
	if ips[v1.IPv6Protocol] == nil {
		ips[v1.IPv6Protocol] = net.IPv6loopback
	}
	return ips, nil
}

// nodePortAddresses spells out the words that may stand for CIDRs.
func (n *node) nodePortAddresses(ips map[v1.IPFamily]net.IP) []string {
	var cidrs []string
	for _, word := range n.NodePortAddresses {
		switch word {
		case "primary":
			for _, family := range families {
				if ip := ips[family]; !ip.IsLoopback() {
					cidrs = append(cidrs, hostCIDR(ip))
				}
			}
		case "localhost":
			cidrs = append(cidrs, "127.0.0.0/8", "::1/128")
		case "all":
			cidrs = append(cidrs, "0.0.0.0/0", "::/0")
		default:
			cidrs = append(cidrs, word)
		}
	}
	return cidrs
}

func hostCIDR(ip net.IP) string {
	if ip.To4() != nil {
		return ip.String() + "/32"
	}
	return ip.String() + "/128"
}
