#include <algorithm>
#include <cctype>

#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

std::string Key(int64_t number) {
  return Big(static_cast<uint64_t>(number), 8);
}

std::string SortableKey(int64_t number) {
  return Big(static_cast<uint64_t>(number + 2'147'483'648), 4);
}

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ::toupper);
  return text;
}

std::string OnlyAlnum(const std::string& text) {
  std::string kept;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) kept.push_back(c);
  }
  return Upper(kept);
}

std::string NoBlanks(std::string text) {
  std::erase(text, ' ');
  return Upper(text);
}

// One record and what its rows are made of.
class RowsOf {
 public:
  RowsOf(const Draft& draft, uint64_t sequence,
         std::map<int64_t, int64_t>* posting_counts,
         std::map<int64_t, int64_t>* members, Store* store)
      : draft_(draft),
        sequence_(static_cast<int64_t>(sequence)),
        day_(draft.record.GetInt(5)),
        posting_counts_(*posting_counts),
        members_(*members),
        store_(*store) {}

  void Put() {
    Rows& days = store_["booking_day"];
    if (days.empty() || days.rbegin()->first < SortableKey(day_)) {
      days[SortableKey(day_)] = Key(sequence_);
    }
    PutRequest();
    PutEntries();
    const Message& event = draft_.event;
    switch (draft_.event_number) {
      case kNetworkCreated:
        if (event.Has(13)) {
          store_["head_key"][Key(sequence_)] = event.GetText(13);
        }
        return;
      case kHeadKeySet:
        store_["head_key"][Key(sequence_)] = event.GetText(1);
        return;
      case kMemberCreated:
        return PutMember();
      case kCreditLineSet:
        return PutLimits();
      case kTradeCreated:
        return PutTrade();
      case kTradeAccepted:
        PutStep(3);
        return Close();
      case kTradeDeclined:
        PutStep(6);
        Close();
        PutEnd(6);
        return Free(event.GetSub(2), event.Has(2));
      case kTradeReversed:
        PutStep(10);
        PutEnd(10);
        return Free(event.GetSub(3), event.Has(3));
      case kTradeWithdrawn:
        PutStep(7);
        Close();
        PutEnd(7);
        return Free(event.GetSub(2), event.Has(2));
      case kTradeAuthorised:
        PutHolds(event.GetSub(3));
        store_["trade_step"][Key(event.GetInt(1)) + Key(sequence_)] =
            Message()
                .Int(1, 2)
                .Int(2, draft_.time_us)
                .Zigzag(3, day_)
                .Int(7, event.GetInt(2))
                .Encode();
        return;
      case kHoldSettled:
        PutHolds(event.GetSub(6));
        store_["trade_step"][Key(event.GetInt(1)) + Key(sequence_)] =
            Message()
                .Int(1, event.GetInt(5))
                .Int(2, draft_.time_us)
                .Zigzag(3, day_)
                .Int(4, event.GetInt(2))
                .Int(5, event.GetInt(3))
                .Int(6, event.GetInt(4))
                .Encode();
        if (event.GetInt(5) == 3) Close();
        return;
      case kHoldReleased:
      case kHoldExpired:
        PutHolds(event.GetSub(4));
        PutStep(event.GetInt(2));
        Close();
        if (event.GetInt(2) != 3) PutEnd(static_cast<char>(event.GetInt(2)));
        return Free(event.GetSub(3), event.Has(3));
      case kWebhookCreated:
        store_["webhook"]
              [event.GetText(1) + std::string(1, '\0') + Key(sequence_)] =
                  Message()
                      .Sub(1, event)
                      .Int(2, 1)
                      .Int(3, draft_.time_us)
                      .Text(4, draft_.record.GetText(1))
                      .Encode();
        return;
      case kWebhookStateSet:
        store_["webhook"]
              [event.GetText(1) + std::string(1, '\0') + Key(sequence_)] =
                  Message()
                      .Int(2, event.GetInt(2))
                      .Int(3, draft_.time_us)
                      .Text(4, draft_.record.GetText(1))
                      .Encode();
        return;
      case kPoliciesSet:
        store_["policies"][Key(sequence_)] =
            Message()
                .Sub(1, event)
                .Int(2, draft_.time_us)
                .Text(3, draft_.record.GetText(1))
                .Encode();
        return;
      case kMemberStatusSet:
        store_["member_status"][Key(event.GetInt(1)) + Key(sequence_)] =
            Message()
                .Sub(1, event)
                .Int(2, draft_.time_us)
                .Text(3, draft_.record.GetText(1))
                .Encode();
        return;
      default:
        return;
    }
  }

 private:
  void PutRequest() {
    const Message& record = draft_.record;
    if (!record.Has(2)) return;
    Message row = Message().Int(1, sequence_).Int(2, record.GetInt(4));
    for (const Message& field : record.All(3)) row.Add(3, field);
    if (draft_.event_number == kRequestRefused) row.Sub(4, draft_.event);
    store_["request"].try_emplace(
        record.GetText(1) + std::string(1, '\0') + record.GetText(2),
        row.Encode());
  }

  void PutEntries() {
    uint64_t leg = 0;
    for (const Message& entry : draft_.record.All(6)) {
      const std::vector<Message> postings = entry.All(4);
      for (size_t i = 0; i < postings.size(); ++i) {
        const int64_t account = postings[i].GetInt(1);
        const int64_t count = ++posting_counts_[account];
        Message row = Message()
                          .Zigzag(1, postings[i].GetInt(2))
                          .Zigzag(2, postings[i].GetInt(3))
                          .Int(3, count)
                          .Int(4, entry.GetInt(1))
                          .Int(5, entry.GetInt(2))
                          .Zigzag(7, day_)
                          .Zigzag(8, entry.GetInt(3))
                          .Int(9, draft_.time_us);
        if (postings.size() == 2) row.Int(6, postings[1 - i].GetInt(1));
        store_["account_entry"][Key(account) + Key(sequence_) + Big(leg++, 4)] =
            row.Encode();
        store_["account"][Key(account)] =
            Message().Zigzag(1, postings[i].GetInt(3)).Int(2, count).Encode();
      }
    }
  }

  void PutMember() {
    const Message& event = draft_.event;
    const int64_t number = event.GetInt(1);
    store_["member"][Key(number)] = Message()
                                        .Sub(1, event)
                                        .Int(2, sequence_)
                                        .Int(3, draft_.time_us)
                                        .Encode();
    members_[event.GetInt(6)] = number;
    store_["member_id"].try_emplace(event.GetText(2), Key(number));
    const std::string zero(1, '\0');
    if (event.Has(4)) {
      store_["tax_id"].try_emplace(OnlyAlnum(event.GetText(4)) + zero + "vat",
                                   Key(number));
    }
    for (const Message& id : event.All(5)) {
      store_["tax_id"].try_emplace(OnlyAlnum(id.GetText(2)) + zero +
                                       event.GetText(3) + ":" + id.GetText(1),
                                   Key(number));
    }
  }

  void PutLimits() {
    const int64_t account = draft_.event.GetInt(1);
    store_["limit"][Key(account) + Key(sequence_)] =
        Message()
            .Sub(1, draft_.event)
            .Int(2, draft_.time_us)
            .Text(3, draft_.record.GetText(1))
            .Int(4, members_[account])
            .Encode();
  }

  void PutTrade() {
    const Message& event = draft_.event;
    store_["trade"][Key(sequence_)] =
        Message().Sub(1, event).Int(2, draft_.time_us).Zigzag(3, day_).Encode();
    if (event.Has(1)) {
      store_["trade_id"].try_emplace(event.GetText(1), Key(sequence_));
    }
    if (event.Has(13)) PutHolds(event.GetSub(13));
    if (event.GetInt(4) == 1 || event.Has(12)) {
      store_["member_trade"][Key(event.GetInt(2)) + Key(sequence_)] = "";
      store_["member_trade"][Key(event.GetInt(3)) + Key(sequence_)] = "";
      store_["trade_state"][std::string(4, '\0') + Key(sequence_)] = "";
    }
    // All invoices of the scenes are of 2026.
    if (event.Has(11)) {
      store_["invoice_number"][NoBlanks(event.GetSub(11).GetText(1)) +
                               std::string(1, '\0') + Key(sequence_)] = "";
      store_["invoice"].try_emplace(
          InvoiceKey(event.GetInt(2), 2026, event.GetSub(11).GetText(1)),
          Key(sequence_));
    }
  }

  void PutHolds(const Message& holds) {
    store_["hold"][Key(holds.GetInt(1)) + '\1' + Key(sequence_)] =
        Key(holds.GetInt(2));
    store_["hold"][Key(holds.GetInt(3)) + '\2' + Key(sequence_)] =
        Key(holds.GetInt(4));
  }

  void PutStep(int64_t state) {
    store_["trade_step"][Key(draft_.event.GetInt(1)) + Key(sequence_)] =
        Message().Int(1, state).Int(2, draft_.time_us).Zigzag(3, day_).Encode();
  }

  void Close() {
    store_["trade_state"].erase(std::string(4, '\0') +
                                Key(draft_.event.GetInt(1)));
  }

  void PutEnd(char state) {
    store_["trade_state"][std::string(3, '\0') + std::string(1, state) +
                          Key(draft_.event.GetInt(1))] = "";
  }

  void Free(const Message& key, bool there) {
    if (!there) return;
    store_["invoice"].erase(
        InvoiceKey(key.GetInt(1), key.GetInt(2), key.GetText(3)));
  }

  static std::string InvoiceKey(int64_t seller, int64_t year,
                                const std::string& number) {
    return Key(seller) + SortableKey(year) + NoBlanks(number);
  }

  const Draft& draft_;
  const int64_t sequence_;
  const int64_t day_;
  std::map<int64_t, int64_t>& posting_counts_;
  std::map<int64_t, int64_t>& members_;
  Store& store_;
};

}  // namespace

Store ProjectRows(const std::vector<Draft>& drafts, uint64_t projected) {
  Store store;
  for (const char* family :
       {"default", "account", "account_entry", "booking_day", "request",
        "member", "member_id", "tax_id", "trade", "trade_id", "trade_step",
        "member_trade", "invoice", "limit", "tree", "head_key",
        "invoice_number", "trade_state"}) {
    store[family];
  }
  std::map<int64_t, int64_t> posting_counts;
  std::map<int64_t, int64_t> members;
  for (uint64_t i = 0; i < projected && i < drafts.size(); ++i) {
    RowsOf(drafts[i], i + 1, &posting_counts, &members, &store).Put();
  }
  return store;
}

}  // namespace skontro::verifier
