// go-yaml reads a YAML document a line, in base64, and answers with its JSON as sigs.k8s.io/yaml, which
// kubectl reads with, makes it: in base64 too, or the word "error".
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		fmt.Fprintln(out, answer(lines.Text()))
	}
}

func answer(line string) string {
	document, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		return "error"
	}
	json, err := yaml.YAMLToJSON(document)
	if err != nil {
		return "error"
	}
	return base64.StdEncoding.EncodeToString(json)
}
