/**
 * The copyright file of a package, in Debian's form: natc's licence, then the texts of what is in it.
 *
 * @param {string} licences of Node.js and all packages that are in the executable
 */
export const copyrightFile = (
  licences,
) => `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: natc
Comment: usr/bin/natc is natc together with Node.js and the npm packages whose licences follow.

Files: *
Copyright: the natc authors
License: Apache-2.0
 On Debian systems the text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0; elsewhere at https://www.apache.org/licenses/LICENSE-2.0.

Files: usr/bin/natc
Copyright: those named below
License: others
${indent(licences)}
`;

const indent = (text) =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n');
