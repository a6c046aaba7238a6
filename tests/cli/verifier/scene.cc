#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

constexpr int64_t kFirstTimeUs = 1'780'000'000'000'000;
constexpr int32_t kFirstDay = 20'600;

std::string RequestId(uint64_t sequence) {
  std::string id = "r";
  return id += std::to_string(sequence);
}

Message RequestFields() {
  return Message().Int(1, 3).Fixed(2, 0x0102030405060708);
}

// Adds a text and its commitment.
void AddText(Draft& draft, uint64_t subject, uint32_t field,
             const std::string& text) {
  const std::string salted =
      std::string(16, 'a' + static_cast<char>(field)) + text;
  draft.texts[field] = salted;
  draft.record.Add(8, Message()
                          .Int(1, static_cast<int64_t>(subject))
                          .Int(2, field)
                          .Text(3, Sha256Of(salted)));
}

// 200 net and 40 of tax, of which 20 were paid before.
Message MakeInvoice(const std::string& number, int64_t gross, int64_t prepaid) {
  return Message()
      .Text(1, number)
      .Zigzag(2, 20'590)  // In 2026.
      .Zigzag(3, 20'580)
      .Zigzag(4, -1)
      .Text(5, "PO 7")
      .Int(6, gross)
      .Int(7, prepaid)
      .Add(8, Message().Text(1, "S").Int(2, 200'000).Zigzag(3, gross + 10))
      .Add(8, Message().Text(1, "Z").Zigzag(3, -10));
}

}  // namespace

Message MakePosting(uint64_t account, int64_t minor_units) {
  return Message().Int(1, static_cast<int64_t>(account)).Zigzag(2, minor_units);
}

Message MakeEntry(uint32_t kind, uint64_t trade, uint64_t from, uint64_t to,
                  int64_t units) {
  return Message()
      .Int(1, kind)
      .Int(2, static_cast<int64_t>(trade))
      .Zigzag(3, kFirstDay)
      .Add(4, MakePosting(from, -units))
      .Add(4, MakePosting(to, units));
}

// At 3/2: 300 units are worth 450, 121 are worth 182.
Message MakeTrade(uint64_t seller, uint64_t buyer, int initiator,
                  int64_t units) {
  return Message()
      .Int(2, static_cast<int64_t>(seller))
      .Int(3, static_cast<int64_t>(buyer))
      .Int(4, initiator)
      .Int(5, units)
      .Int(6, (3 * units + 1) / 2)
      .Int(7, 3)
      .Int(8, 2)
      .Int(9, 1);
}

Message MakeFreedInvoice(uint64_t seller, int year, const std::string& number) {
  return Message()
      .Int(1, static_cast<int64_t>(seller))
      .Int(2, year)
      .Text(3, number);
}

Scene::Scene() {
  Draft& genesis = Append(kNetworkCreated, Message()
                                               .Text(1, "res")
                                               .Text(2, "R\xc3\xa9seau")
                                               .Text(3, "RES")
                                               .Int(4, 2)
                                               .Text(5, "EUR")
                                               .Int(6, 2)
                                               .Int(7, 3)
                                               .Int(8, 2)
                                               .Text(9, "Europe/Brussels")
                                               .Int(10, 400)
                                               .Int(11, 1'000)
                                               .Text(12, "0123456789abcdef")
                                               .Text(13, kHeadKey));
  genesis.kind = 1;
  AppendParties();
  AppendTrades();
  AppendSteps();
}

void Scene::AppendParties() {
  Draft& alice =
      Append(kMemberCreated,
             Message()
                 .Int(1, 1)
                 .Text(2, "alice")
                 .Text(3, "FR")
                 .Text(4, "fr 44 732.829.320")
                 .Add(5, Message().Text(1, "siren").Text(2, "732 829 320"))
                 .Int(6, 1));
  AddText(alice, 1, 1, "Alice SARL");
  AddText(alice, 1, 2, "Rue 1\nParis");
  Draft& bob =
      Append(kMemberCreated,
             Message().Int(1, 2).Text(2, "bob").Text(3, "BE").Int(6, 2), true);
  AddText(bob, 2, 1, "Bob NV");
  Draft& limits = Append(
      kCreditLineSet,
      Message().Int(1, 1).Int(2, 400).Int(3, 500).Int(4, 1'000).Int(5, 900),
      true);
  AddText(limits, 1, 1, "grew well");
}

void Scene::AppendTrades() {
  Draft& paid =
      Append(kTradeCreated, MakeTrade(1, 2, 2, 300)
                                .Int(10, 50)
                                .Sub(11, MakeInvoice("f 17a", 520, 20)));
  paid.record.Add(6, MakeEntry(1, kPaid, 2, 1, 300));
  AddText(paid, 1, 1, "two hundred chairs");
  Append(kTradeCreated,
         MakeTrade(2, 1, 1, 121)
             .Text(1, "order-1")
             .Sub(11, MakeInvoice("9", 182, 0)),
         true);
  Draft& refused =
      Append(kRequestRefused,
             Message()
                 .Int(1, 6)
                 .Add(2, Message().Text(1, "account").Text(2, "1"))
                 .Add(2, Message().Text(1, "missing").Text(2, "5")),
             true);
  refused.kind = 3;
}

void Scene::AppendSteps() {
  Draft& accepted = Append(kTradeAccepted, Message().Int(1, kProposed));
  accepted.record.Add(6, MakeEntry(1, kProposed, 1, 2, 121));
  Append(kTradeCreated,
         MakeTrade(1, 2, 1, 50).Sub(11, MakeInvoice("18", 75, 0)));
  Append(kTradeDeclined,
         Message().Int(1, kOffered).Sub(2, MakeFreedInvoice(1, 2026, "18")),
         true);
  Draft& reversed =
      Append(kTradeReversed, Message().Int(1, kPaid).Int(2, kPaid).Sub(
                                 3, MakeFreedInvoice(1, 2026, "F17A")));
  reversed.record.Add(6, MakeEntry(2, kPaid, 1, 2, 300));
  for (uint64_t i = 0; i < 3; ++i) {
    Draft& one = Append(kTradeCreated, MakeTrade(2, 1, 2, 10), i > 0);
    one.record.Add(6, MakeEntry(1, kGroup + i, 1, 2, 10));
    one.record.Int(4, 3);
    if (i > 0) one.record.Clear(2).Clear(3);
  }
}

Draft& Scene::Append(int event_number, const Message& event, bool same_batch) {
  Draft& draft = drafts_.emplace_back();
  const uint64_t sequence = drafts_.size();
  draft.time_us = kFirstTimeUs + static_cast<int64_t>(sequence) * 1'000'000;
  draft.record.Text(1, kActor)
      .Text(2, RequestId(sequence))
      .Add(3, RequestFields())
      .Zigzag(5, kFirstDay + static_cast<int32_t>(sequence / 5));
  draft.event_number = event_number;
  draft.event = event;
  if (same_batch) {
    ++batch_sizes_.back();
  } else {
    batch_sizes_.push_back(1);
  }
  return draft;
}

void Scene::CutBehind(uint64_t last) {
  while (drafts_.size() > last) {
    drafts_.pop_back();
    if (--batch_sizes_.back() == 0) batch_sizes_.pop_back();
  }
}

Store Scene::Write(std::optional<uint64_t> projected, const Plant& plant) {
  if (fills_balances) FillBalances();
  std::vector<BatchBytes> batches = Batches();
  if (plant) plant(batches);
  Store store = ProjectRows(drafts_, projected.value_or(last()));
  store["journal"] = WriteBatches(batches);
  store["tree"] = TreeRows(store["journal"], projected.value_or(last()));
  store["checkpoint"];
  store["meta"] = {{"format", "1"},
                   {"projected", Big(projected.value_or(last()), 8)},
                   {"families", "1"}};
  Rows& personal = store["personal"];
  for (uint64_t sequence = 1; sequence <= last(); ++sequence) {
    for (const Message& commitment : at(sequence).record.All(8)) {
      const auto subject = static_cast<uint64_t>(commitment.GetInt(1));
      const auto field = static_cast<uint32_t>(commitment.GetInt(2));
      const auto text = at(sequence).texts.find(field);
      if (text == at(sequence).texts.end()) continue;
      personal[Big(subject, 8) + Big(sequence, 8) + Big(field, 4)] =
          text->second;
    }
  }
  return store;
}

void Scene::FillBalances() {
  std::map<int64_t, int64_t> balances;
  for (Draft& draft : drafts_) {
    const std::vector<Message> entries = draft.record.All(6);
    draft.record.Clear(6);
    for (Message entry : entries) {
      const std::vector<Message> postings = entry.All(4);
      entry.Clear(4);
      for (Message posting : postings) {
        int64_t& balance = balances[posting.GetInt(1)];
        // Wraps in the tests of balances that do not fit.
        balance =
            static_cast<int64_t>(static_cast<uint64_t>(balance) +
                                 static_cast<uint64_t>(posting.GetInt(2)));
        entry.Add(4, posting.Zigzag(3, balance));
      }
      draft.record.Add(6, entry);
    }
  }
}

std::vector<BatchBytes> Scene::Batches() const {
  std::vector<BatchBytes> batches;
  uint64_t sequence = 1;
  for (const size_t size : batch_sizes_) {
    BatchBytes& batch = batches.emplace_back();
    batch.uid = kUid;
    batch.first = sequence;
    for (size_t i = 0; i < size; ++i, ++sequence) {
      const Draft& draft = drafts_[sequence - 1];
      Message record = draft.record;
      const std::string event =
          Message().Sub(draft.event_number, draft.event).Encode() +
          draft.after_event;
      batch.frames.push_back({.kind = draft.kind,
                              .length = std::nullopt,
                              .time_us = draft.time_us,
                              .payload = record.Text(7, event).Encode(),
                              .digest = std::nullopt});
    }
  }
  return batches;
}

}  // namespace skontro::verifier
