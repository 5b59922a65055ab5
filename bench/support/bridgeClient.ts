import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js'
import {
  CallReply,
  CallRequest,
  ClientFrame,
  WorkerFrame,
} from '../../src/client/gen/vitest_python/v1/bridge.ts'
import { CHANNEL_OPTIONS } from '../../src/client/wire/metadata.ts'

const BRIDGE = '/vitest_python.v1.Bridge'

/** A gRPC client with the messages of the bridge. */
export class BridgeClient extends Client {
  constructor(address: string) {
    super(address, credentials.createInsecure(), CHANNEL_OPTIONS)
  }

  session(path: string = `${BRIDGE}/Session`): ClientDuplexStream<ClientFrame, WorkerFrame> {
    return this.makeBidiStreamRequest(
      path,
      (frame: ClientFrame) => Buffer.from(ClientFrame.encode(frame).finish()),
      (bytes) => WorkerFrame.decode(bytes),
    )
  }

  call(request: CallRequest, answer: (error: ServiceError | null, reply?: CallReply) => void): void {
    this.makeUnaryRequest(
      `${BRIDGE}/Call`,
      (request: CallRequest) => Buffer.from(CallRequest.encode(request).finish()),
      (bytes) => CallReply.decode(bytes),
      request,
      answer,
    )
  }
}
