// Connect's web client, unchanged, against a real server: what a page in a
// browser does. No code is generated: the messages come from the descriptors.
//
//   node web_client.mjs URL DESCRIPTORS

import {readFileSync} from 'node:fs';
import {strict as assert} from 'node:assert';
import {createFileRegistry, fromBinary} from '@bufbuild/protobuf';
import {FileDescriptorSetSchema} from '@bufbuild/protobuf/wkt';
import {Code, ConnectError, createClient} from '@connectrpc/connect';
import {createConnectTransport} from '@connectrpc/connect-web';

const [url, descriptors] = process.argv.slice(2);
const registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const service = (name) => registry.getService(`skontro.v1.${name}`);
const errorInfo = registry.getMessage('google.rpc.ErrorInfo');

async function refusalOf(call) {
  try {
    await call;
  } catch (error) {
    const refusal = ConnectError.from(error);
    const [info] = refusal.findDetails(errorInfo);
    return {code: refusal.code, reason: info?.reason,
            metadata: info?.metadata, text: refusal.rawMessage};
  }
  assert.fail('the call was not refused');
}

async function walk(name, transport) {
  const networks = createClient(service('NetworkService'), transport);
  const members = createClient(service('MemberService'), transport);
  const trades = createClient(service('TradeService'), transport);
  const accounts = createClient(service('AccountService'), transport);
  const exports = createClient(service('FiscalService'), transport);
  const parent = `networks/${name}`;

  await networks.createNetwork({
    networkId: name, requestId: `n-${name}`,
    network: {displayName: 'Réseau', unitCode: 'RES', unitDecimals: 2,
              pegCurrencyCode: 'EUR', timeZone: 'Europe/Paris',
              defaultCreditLine: {minorUnits: 100000n}}});
  for (const id of ['imprimerie', 'boulangerie']) {
    await members.createMember({parent, memberId: id, requestId: `m-${id}`,
                                member: {legalName: id, countryCode: 'FR'}});
  }
  const sale = (requestId, minorUnits) => ({
    parent, requestId,
    trade: {seller: `${parent}/members/imprimerie`,
            buyer: `${parent}/members/boulangerie`,
            initiator: 2, unitLeg: {minorUnits}}});
  const first = await trades.createTrade(sale('t-1', 12345n));
  assert.equal(first.trade.unitLeg.minorUnits, 12345n);
  const again = await trades.createTrade(sale('t-1', 12345n));
  assert.equal(again.outcome.sequence, first.outcome.sequence);

  const account = await accounts.getAccount(
      {name: `${parent}/members/boulangerie/accounts/main`});
  assert.equal(account.account.balance.minorUnits, -12345n);

  const reused = await refusalOf(trades.createTrade(sale('t-1', 1n)));
  assert.equal(reused.code, Code.AlreadyExists);
  assert.equal(reused.reason, 'REQUEST_ID_REUSED');
  const over = await refusalOf(trades.createTrade(sale('t-2', 100000n)));
  assert.equal(over.code, Code.FailedPrecondition);
  assert.equal(over.reason, 'CREDIT_LINE_EXCEEDED');
  // Beyond 2^53: every digit arrives.
  const huge =
      await refusalOf(trades.createTrade(sale('t-3', 9007199254740993n)));
  assert.equal(huge.code, Code.InvalidArgument);
  assert.equal(huge.metadata.value, '9007199254740993');
  const absent =
      await refusalOf(trades.getTrade({name: `${parent}/trades/none`}));
  assert.equal(absent.code, Code.NotFound);
  const late = await refusalOf(trades.getTrade(
      {name: first.trade.name, minSequence: 1000000n}, {timeoutMs: 300}));
  assert.ok(late.code === Code.DeadlineExceeded ||
            late.reason === 'SEQUENCE_NOT_REACHED', JSON.stringify(late));

  const files = [];
  const year = new Date().getFullYear();
  const journalCsv = 2;
  for await (const chunk of exports.export(
      {member: `${parent}/members/imprimerie`, format: journalCsv, year})) {
    if (chunk.chunk.case === 'fileName') {
      files.push({name: chunk.chunk.value, size: 0});
    } else {
      files.at(-1).size += chunk.chunk.value.length;
    }
  }
  assert.equal(files.length, 2);
  assert.ok(files.every((file) => file.size > 0));
  const nobody = await refusalOf((async () => {
    for await (const _ of exports.export(
        {member: `${parent}/members/nobody`, format: journalCsv, year})) {
      assert.fail('a chunk of nobody');
    }
  })());
  assert.equal(nobody.code, Code.NotFound);
  assert.equal(nobody.reason, 'RESOURCE_NOT_FOUND');
}

await walk('web-json', createConnectTransport({baseUrl: url}));
await walk('web-proto',
           createConnectTransport({baseUrl: url, useBinaryFormat: true}));
console.log("Connect's web client: 2 walks, JSON and binary, as over gRPC");
