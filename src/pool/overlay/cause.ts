/** The meaning of messages of pip and uv, the most certain sign first. */
const CAUSES: [sign: RegExp, sentence: (target: string) => string][] = [
  [
    /no space left on device|errno 28|os error 28|disk quota exceeded/i,
    (target) =>
      `The disk that holds ${target} is full: free some space, or set VITEST_PYTHON_CACHE to another directory.`,
  ],
  [
    /do not match the hashes|hash mismatch/i,
    () =>
      'The index offers a file that differs from the one that this version was released with (its hash is another one): ' +
      'it was changed on the way, or your index builds packages itself. Use another index, or install the packages ' +
      "into the interpreter's own environment.",
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|confirming the ssl certificate|invalid peer certificate|UnknownIssuer/i,
    () =>
      'The certificate of the package index is not trusted: if a private authority has signed it, ' +
      'set PIP_CERT (pip) or SSL_CERT_FILE (uv) to its file.',
  ],
  [
    /407 Proxy|proxy authorization required/i,
    () =>
      'The proxy asks for a name and a password: add them to HTTPS_PROXY, as in http://name:password@host:port.',
  ],
  [
    /ProxyError|tunnel error|Cannot connect to proxy/i,
    () =>
      'The proxy refuses the connection, or cannot be reached: correct HTTPS_PROXY and HTTP_PROXY, or exclude the index by NO_PROXY.',
  ],
  [
    /\b40[13] (Client Error|Forbidden|Unauthorized)/i,
    () => 'The package index refuses access: correct its address or the credentials in it.',
  ],
  [
    /NewConnectionError|Connection refused|dns error|Name or service not known|name resolution|failed to lookup|Network is unreachable|ConnectTimeoutError|Read timed out|client error \(Connect\)/i,
    () =>
      'The package index cannot be reached: there is no network, or the address of the index (PIP_INDEX_URL, UV_DEFAULT_INDEX) is wrong.',
  ],
  [
    /not a trusted or secure host/i,
    () =>
      'pip ignores the index because it uses http: use an https address, or add the host to PIP_TRUSTED_HOST.',
  ],
  [
    /from versions: none|not found in the package registry/i,
    () => 'The package index offers no matching version. pip also reports this if there is no network.',
  ],
]

/** Why an installation failed, in one sentence; empty if its output does not tell. */
export function explainCause(words: string, target: string): string {
  return CAUSES.find(([sign]) => sign.test(words))?.[1](target) ?? ''
}
