#include "cli/verifier/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/verifier/bytes.h"

namespace skontro::verifier {
namespace {

// A JSON string. Bytes outside of ASCII are written as the characters of those
// numbers: no text of a report has any.
std::string JsonString(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      absl::StrAppendFormat(&json, "\\u%04x", byte);
    } else {
      json += c;
    }
  }
  return json + '"';
}

template <class Value>
void AddMember(const char* name, const Value& value, std::string* json) {
  absl::StrAppend(json, json->size() == 1 ? "" : ",", "\"", name, "\":", value);
}

std::string JsonFindings(const std::vector<Finding>& findings) {
  return absl::StrCat(
      "[",
      absl::StrJoin(findings, ",",
                    [](std::string* json, const Finding& finding) {
                      absl::StrAppend(
                          json, "{\"sequence\":", finding.sequence,
                          ",\"message\":", JsonString(finding.message), "}");
                    }),
      "]");
}

std::string JsonRows(const std::vector<FamilyRows>& families) {
  return absl::StrCat(
      "{",
      absl::StrJoin(families, ",",
                    [](std::string* json, const FamilyRows& family) {
                      absl::StrAppend(json, JsonString(family.family), ":",
                                      family.rows);
                    }),
      "}");
}

std::string JsonRecoveries(const std::vector<Recovery>& recoveries) {
  return absl::StrCat(
      "[",
      absl::StrJoin(recoveries, ",",
                    [](std::string* json, const Recovery& recovery) {
                      absl::StrAppend(
                          json, "{\"sequence\":", recovery.sequence,
                          ",\"time_us\":", recovery.time_us,
                          ",\"anchored_sequence\":", recovery.anchored_sequence,
                          ",\"stored_sequence\":", recovery.stored_sequence,
                          ",\"another_history\":",
                          recovery.another_history ? "true" : "false",
                          ",\"reason\":", JsonString(recovery.reason),
                          ",\"author\":", JsonString(recovery.author), "}");
                    }),
      "]");
}

std::string RecoveryText(const Recovery& recovery) {
  const uint64_t found = recovery.sequence - 1;
  const uint64_t newest =
      std::max(recovery.anchored_sequence, recovery.stored_sequence);
  std::string lost = "without a head anchor";
  if (newest > found) {
    lost = newest == recovery.sequence
               ? absl::StrCat("record ", newest, " was lost")
               : absl::StrCat("records ", recovery.sequence, " to ", newest,
                              " were lost");
  } else if (recovery.another_history) {
    lost = "another history than the head anchor's";
  } else if (recovery.anchored_sequence > 0) {
    lost = "a damaged store was made anew, no record was lost";
  }
  const auto text = [](const std::string& kept) {
    return kept.empty() ? std::string("(erased)") : Quoted(kept);
  };
  return absl::StrCat("  accepted     at sequence ", recovery.sequence, ": ",
                      lost, "; ", text(recovery.reason), ", by ",
                      text(recovery.author), "\n");
}

std::string JsonStrings(const std::vector<std::string>& texts) {
  return absl::StrCat(
      "[",
      absl::StrJoin(texts, ",",
                    [](std::string* json, const std::string& text) {
                      absl::StrAppend(json, JsonString(text));
                    }),
      "]");
}

}  // namespace

Verdict Report::verdict() const {
  if (finding_count > 0) return Verdict::kBroken;
  return incomplete() ? Verdict::kIncomplete : Verdict::kOk;
}

std::string_view NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "OK";
    case Verdict::kIncomplete:
      return "INCOMPLETE";
    case Verdict::kBroken:
      break;
  }
  return "BROKEN";
}

std::string ToJson(const Report& report) {
  std::string json = "{";
  const auto add = [&json](const char* name, const auto& value) {
    AddMember(name, value, &json);
  };
  add("verdict", JsonString(NameOf(report.verdict())));
  add("network_id", JsonString(report.network_id));
  add("network_uid", JsonString(Hex(report.network_uid)));
  add("unit_code", JsonString(report.unit_code));
  add("unit_decimals", report.unit_decimals);
  add("records", report.records);
  add("sequence", report.last_sequence);
  add("digest", JsonString(Hex(report.last_digest.view())));
  add("projection_sequence", report.projected);
  add("rows_compared", JsonRows(report.compared));
  add("balances_sum", JsonString(Decimal(report.balances_sum)));
  add("accounts", report.accounts);
  add("members", report.members);
  add("trades", report.trades);
  add("personal_rows", report.personal_rows);
  add("personal_erased", report.personal_erased);
  add("recoveries", JsonRecoveries(report.recoveries));
  add("not_checked", JsonStrings(report.not_checked));
  add("finding_count", report.finding_count);
  add("findings", JsonFindings(report.findings));
  return json + "}";
}

std::string ToText(const Report& report) {
  uint64_t rows = 0;
  for (const FamilyRows& family : report.compared) rows += family.rows;

  std::string text = absl::StrFormat(
      "network %s: %s\n",
      report.network_id.empty() ? "(no genesis)" : report.network_id,
      std::string(NameOf(report.verdict())));
  absl::StrAppendFormat(&text, "  records      %d, the last is sequence %d\n",
                        report.records, report.last_sequence);
  absl::StrAppendFormat(&text, "  digest       %s\n",
                        Hex(report.last_digest.view()));
  absl::StrAppendFormat(&text, "  projections  at sequence %d of %d\n",
                        report.projected, report.last_sequence);
  absl::StrAppendFormat(&text, "  rows         %d of %d families compared\n",
                        rows, report.compared.size());
  absl::StrAppendFormat(&text,
                        "  books        %d members, %d accounts, %d trades\n",
                        report.members, report.accounts, report.trades);
  absl::StrAppendFormat(&text, "  balances     add up to %s\n",
                        Decimal(report.balances_sum));
  absl::StrAppendFormat(&text,
                        "  personal     %d texts match, %d were erased\n",
                        report.personal_rows, report.personal_erased);
  for (const Recovery& recovery : report.recoveries) {
    text += RecoveryText(recovery);
  }
  for (const std::string& what : report.not_checked) {
    absl::StrAppend(&text, "  not checked: ", what, "\n");
  }
  if (report.finding_count == 0) return text;

  absl::StrAppendFormat(&text, "  findings     %d\n", report.finding_count);
  for (const Finding& finding : report.findings) {
    if (finding.sequence == 0) {
      absl::StrAppend(&text, "    ", finding.message, "\n");
    } else {
      absl::StrAppendFormat(&text, "    sequence %d: %s\n", finding.sequence,
                            finding.message);
    }
  }
  if (report.finding_count > report.findings.size()) {
    absl::StrAppendFormat(&text, "    and %d more\n",
                          report.finding_count - report.findings.size());
  }
  return text;
}

}  // namespace skontro::verifier
