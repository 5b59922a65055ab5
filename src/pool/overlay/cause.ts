/** What the words of pip or uv mean, the surest sign first. */
const CAUSES: [sign: RegExp, sentence: (target: string) => string][] = [
  [
    /no space left on device|errno 28|os error 28|disk quota exceeded/i,
    (target) =>
      `The disk that holds ${target} is full: make room, or set VITEST_PYTHON_CACHE to another place.`,
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|confirming the ssl certificate|invalid peer certificate|UnknownIssuer/i,
    () =>
      'The certificate of the package index is not trusted: where an authority of your own has signed it, ' +
      'name its file by PIP_CERT (pip) or SSL_CERT_FILE (uv).',
  ],
  [
    /407 Proxy|proxy authorization required/i,
    () =>
      'The proxy asks for a name and a password: write them into HTTPS_PROXY, as in http://name:password@host:port.',
  ],
  [
    /ProxyError|tunnel error|Cannot connect to proxy/i,
    () =>
      'The proxy refuses, or cannot be reached: correct HTTPS_PROXY and HTTP_PROXY, or except the index by NO_PROXY.',
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
      'pip ignores the index because it speaks http: give it an https address, or name it in PIP_TRUSTED_HOST.',
  ],
  [
    /from versions: none|not found in the package registry/i,
    () => 'The package index offers none of them, which is also how pip puts it where there is no network.',
  ],
]

/** Why an installation failed, in one sentence; empty where its words do not tell. */
export function explainCause(words: string, target: string): string {
  return CAUSES.find(([sign]) => sign.test(words))?.[1](target) ?? ''
}
