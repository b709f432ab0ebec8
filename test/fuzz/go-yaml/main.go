// go-yaml reads a text a line, in base64, and answers with the documents that kubectl reads of it, as a JSON
// list in base64, or the word "error".
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// What kubectl looks at to tell JSON from YAML.
const bufferSize = 4096

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
	text, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		return "error"
	}
	documents := []json.RawMessage{}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), bufferSize)
	for {
		var document json.RawMessage
		if err := decoder.Decode(&document); err == io.EOF {
			break
		} else if err != nil {
			return "error"
		}
		if trimmed := bytes.TrimSpace(document); len(trimmed) > 0 && !bytes.Equal(trimmed, []byte("null")) {
			documents = append(documents, document)
		}
	}
	list, err := json.Marshal(documents)
	if err != nil {
		return "error"
	}
	return base64.StdEncoding.EncodeToString(list)
}
