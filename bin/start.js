// In a file of its own: to a Node.js that is too old, import() is an error of syntax.
void import('../dist/bundle/main.js');
