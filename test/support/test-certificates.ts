/** X.509 certificates made on the spot: just enough DER for a CA, servers and clients. */
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface TestCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends TestCertificate {
  /** A certificate for a name or IPv4 address, as server and as client, good for `days` (from yesterday). */
  issue(name: string, days?: number): TestCertificate;
}

const tlv = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Buffer[]) => tlv(0x30, ...parts);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'));
const commonName = (name: string) =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(name)))));
const utcTime = (days: number) => {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return tlv(0x17, Buffer.from(`${time.replace(/[-:T]/g, '').slice(2, 14)}Z`));
};
const sha256WithEcdsa = sequence(oid('2a8648ce3d040302'));

const lines = (der: Buffer): readonly string[] => der.toString('base64').match(/.{1,64}/g) ?? [];

const pem = (der: Buffer): string =>
  ['-----BEGIN CERTIFICATE-----', ...lines(der), '-----END CERTIFICATE-----', ''].join('\n');

let serial = 1;

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly isAuthority: boolean;
  readonly days: number;
}

function certificate(subject: Subject, issuer: string, issuerKey: KeyObject): string {
  const { name, publicKey, isAuthority, days } = subject;
  const basic = sequence(...(isAuthority ? [tlv(0x01, Buffer.from([0xff]))] : []));
  const alternative = isIPv4(name)
    ? tlv(0x87, Buffer.from(name.split('.').map(Number)))
    : tlv(0x82, Buffer.from(name));
  const extensions = sequence(
    sequence(oid('551d13'), tlv(0x01, Buffer.from([0xff])), tlv(0x04, basic)),
    ...(isAuthority ? [] : [sequence(oid('551d11'), tlv(0x04, sequence(alternative)))]),
  );
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1, serial++])),
    sha256WithEcdsa,
    commonName(issuer),
    sequence(utcTime(Math.min(-1, days - 1)), utcTime(days)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const signature = createSign('sha256').update(body).sign(issuerKey);
  return pem(sequence(body, sha256WithEcdsa, tlv(0x03, Buffer.from([0]), signature)));
}

export function makeAuthority(name = 'test-ca'): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const keyText = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const self = { name, publicKey: own.publicKey, isAuthority: true, days: 10 };
  return {
    cert: certificate(self, name, own.privateKey),
    key: keyText(own.privateKey),
    issue(subject, days = 10) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const of = { name: subject, publicKey, isAuthority: false, days };
      return { cert: certificate(of, name, own.privateKey), key: keyText(privateKey) };
    },
  };
}
