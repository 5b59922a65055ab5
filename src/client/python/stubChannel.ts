import { AsyncResource } from 'node:async_hooks'
import { types } from 'node:util'
import type { ChannelInterface, ClientOptions, Metadata, StatusObject } from '@grpc/grpc-js'
import { setImmediate } from '../../support/clock.ts'
import { outside } from '../../support/outside.ts'
import { PythonError, type PythonException } from '../errors/errors.ts'
import { PythonFailure } from '../gen/vitest_python/v1/bridge.ts'
import type { SessionHost } from '../session/sessionHost.ts'
import { loadGrpc } from '../wire/grpc.ts'
import { CHANNEL_OPTIONS, FAILURE_KEY } from '../wire/metadata.ts'
import { credentialsFor, type TlsIdentity, targetOf, tlsOptions } from '../wire/tls.ts'

type ChannelCall = ReturnType<ChannelInterface['createCall']>
type Listener = Parameters<ChannelCall['start']>[1]

const CANCELLED = 'The test that made this call has ended, and the call with it.'

/**
 * The channels of a project's own stubs to one worker.
 *
 * The token rides on the channel. An interceptor of the client would be replaced by those of a call.
 */
export class StubChannels {
  readonly #address: string
  readonly #metadata: Readonly<Record<string, string>>
  readonly #adopt: SessionHost['adopt']
  readonly #tls: TlsIdentity | undefined
  readonly #underWay = new Set<ChannelCall>()

  /**
   * @param adopt makes the exception of a servicer an instance of classes that the test knows
   * @param tls for a worker that listens on a network
   */
  constructor(
    address: string,
    metadata: Readonly<Record<string, string>>,
    adopt: SessionHost['adopt'] = (given) => given,
    tls?: TlsIdentity,
  ) {
    this.#address = address
    this.#metadata = metadata
    this.#adopt = adopt
    this.#tls = tls
  }

  /** The options to make a stub with: those of the project, on a channel that sends the token. */
  optionsOf(given: ClientOptions = {}): ClientOptions {
    const { channelFactoryOverride: makeChannel, channelOverride, ...options } = given
    const { Channel } = loadGrpc()
    const ours = credentialsFor(this.#address, this.#tls)
    const target = targetOf(this.#address)
    const channelOptions = { ...CHANNEL_OPTIONS, ...options, ...tlsOptions(this.#address, this.#tls) }
    return {
      ...channelOptions,
      // Made from our copy of grpc-js: the stub's copy may be another one, and refuses our credentials.
      channelFactoryOverride: (_address, _credentials, rest) => {
        const channel =
          channelOverride ??
          makeChannel?.(target, ours, rest) ??
          outside(() => new Channel(target, ours, rest))
        return this.#watch(channel)
      },
    }
  }

  /** Ends the calls that are still under way with the status CANCELLED. Resolves when their callers know. */
  async cancelCalls(): Promise<void> {
    if (this.#underWay.size === 0) return
    const { status } = loadGrpc()
    for (const call of this.#underWay) call.cancelWithStatus(status.CANCELLED, CANCELLED)
    this.#underWay.clear()
    // grpc-js tells the callers in the next tick.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }

  #watch(channel: ChannelInterface): ChannelInterface {
    const createCall = channel.createCall.bind(channel)
    channel.createCall = (...what) => this.#watchCall(createCall(...what))
    return channel
  }

  #watchCall(call: ChannelCall): ChannelCall {
    const start = call.start.bind(call)
    call.start = (metadata, listener) => {
      this.#underWay.add(call)
      for (const [key, value] of Object.entries(this.#metadata)) metadata.set(key, value)
      const watching = listenTo(listener, (status) => {
        this.#underWay.delete(call)
        return this.#withCause(status)
      })
      outside(() => start(metadata, watching))
    }
    return call
  }

  /** grpc-js copies the properties of a status to the error that it makes from it, and so the cause too. */
  #withCause(given: StatusObject): StatusObject {
    const failure = takeFailure(given.metadata)
    return failure ? Object.assign(given, { cause: this.#adopt(new PythonError(failure)) }) : given
  }
}

/** Calls the listener in the asynchronous context of the test, which the connection must not keep. */
function listenTo(listener: Listener, end: (status: StatusObject) => StatusObject): Listener {
  const context = new AsyncResource('vitest-environment-python')
  return {
    onReceiveMetadata: (metadata) => context.runInAsyncScope(() => listener.onReceiveMetadata(metadata)),
    onReceiveMessage: (message) => context.runInAsyncScope(() => listener.onReceiveMessage(message)),
    onReceiveStatus: (given) => context.runInAsyncScope(() => listener.onReceiveStatus(end(given))),
  }
}

function takeFailure(metadata: Metadata): PythonException | undefined {
  const [bytes] = metadata.get(FAILURE_KEY)
  metadata.remove(FAILURE_KEY)
  // Not `instanceof`: jsdom has a `Uint8Array` of its own.
  return types.isUint8Array(bytes) ? (PythonFailure.decode(bytes) as PythonException) : undefined
}
