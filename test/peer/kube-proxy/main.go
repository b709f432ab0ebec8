// Command kube-proxy runs the proxiers of the real kube-proxy, as a library, for one node and one list of
// objects after another, without a cluster: what natc is compared with. It writes rules into the network
// namespace that it is started in, and prints one line of JSON for each synchronisation.
//
//	kube-proxy -mode nftables -node NODE.json WORLD.json...
//
// With -serve it then reads further names of files from its standard input, one a line. With -events it reads
// EndpointSlices in JSON instead, one a line, each as a watch would bring it, and prints how long the rules took;
// with -loop too it tells them on and leaves it to kube-proxy's own loop when to synchronise, and prints nothing.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/tools/events"
	utilsysctl "k8s.io/component-helpers/node/util/sysctl"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/proxy"
	kpconfig "k8s.io/kubernetes/pkg/proxy/apis/config"
	"k8s.io/kubernetes/pkg/proxy/iptables"
	kpmetrics "k8s.io/kubernetes/pkg/proxy/metrics"
	"k8s.io/kubernetes/pkg/proxy/nftables"
	utiliptables "k8s.io/kubernetes/pkg/util/iptables"
)

func main() {
	mode := flag.String("mode", "nftables", "nftables or iptables")
	nodeFile := flag.String("node", "", "JSON file with the node's settings")
	serve := flag.Bool("serve", false, "read further names of files from standard input")
	events := flag.Bool("events", false, "read changed EndpointSlices from standard input")
	loop := flag.Bool("loop", false, "with -events: run kube-proxy's own loop")
	pause := flag.Duration("pause", 0, "wait before each synchronisation but the first: stale chains are deleted after 1s")
	klog.InitFlags(nil)
	flag.Parse()

	n, err := readNode(*nodeFile)
	if err != nil {
		die(err)
	}
	proxier, err := newProxier(*mode, n)
	if err != nil {
		die(err)
	}
	s := &synchroniser{proxier: proxier, pause: *pause}
	out := json.NewEncoder(os.Stdout)
	failed := false
	sync := func(file string) {
		r := s.sync(file)
		failed = failed || !r.OK
		if err := out.Encode(r); err != nil {
			die(err)
		}
	}
	for _, file := range flag.Args() {
		sync(file)
	}
	if *serve {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			if file := strings.TrimSpace(in.Text()); file != "" {
				sync(file)
			}
		}
	}
	if *events && !failed {
		if *loop {
			go proxier.SyncLoop()
		}
		if err := s.follow(os.Stdin, out, *loop); err != nil {
			die(err)
		}
	}
	if failed {
		os.Exit(1)
	}
}

func die(err error) {
	fmt.Fprintln(os.Stderr, "kube-proxy:", err)
	os.Exit(2)
}

// newProxier makes the dual-stack proxier of a mode, set up as kube-proxy's main program does.
func newProxier(mode string, n *node) (proxy.Provider, error) {
	ips, err := n.primaryIPs()
	if err != nil {
		return nil, err
	}
	bit := int32(14)
	cfg := &kpconfig.KubeProxyConfiguration{}
	cfg.Mode = kpconfig.ProxyMode(mode)
	cfg.Linux.MasqueradeAll = n.MasqueradeAll
	cfg.IPTables.MasqueradeBit, cfg.NFTables.MasqueradeBit = &bit, &bit
	cfg.IPTables.LocalhostNodePorts = n.localhostNodePorts()
	cfg.NodePortAddresses = n.nodePortAddresses(ips)
	cfg.SyncPeriod.Duration = 30 * time.Second
	cfg.MinSyncPeriod.Duration = time.Second
	cfg.ConfigSyncPeriod.Duration = 15 * time.Minute
	kpmetrics.RegisterMetrics(cfg.Mode)

	ctx, recorder := context.Background(), events.NewFakeRecorder(1000)
	var proxier proxy.Provider
	switch mode {
	case "nftables":
		proxier, err = nftables.NewDualStackProxier(ctx, cfg, n.localDetectors(), n.Hostname, ips, recorder, nil, false)
	case "iptables":
		proxier, err = iptables.NewDualStackProxier(ctx, cfg, utiliptables.NewBestEffort(), utilsysctl.New(),
			n.localDetectors(), n.Hostname, ips, recorder, nil, false)
	default:
		return nil, fmt.Errorf("mode %q", mode)
	}
	if err != nil {
		return nil, err
	}
	proxier.OnServiceCIDRsChanged(n.ServiceCIDRs)
	proxier.OnTopologyChange(n.labels())
	return proxier, nil
}
