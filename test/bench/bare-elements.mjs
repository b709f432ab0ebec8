/** As many elements as a natc ruleset has, in one bare map: what nft and the kernel take at least. */
export function bareElements(count) {
  const elements = Array.from(
    { length: count },
    (_, i) =>
      `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255} . 80 . ${i >> 24} : 10.0.0.1 . 80,`,
  );
  return `table ip bare {
map m {
typeof ip daddr . tcp dport . numgen random mod 65536 : ip daddr . tcp dport
elements = {
${elements.join('\n')}
}
}
}
`;
}
