#include "fiscal/export_manifest.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "fiscal/fec_fields.h"
#include "fiscal/label.h"
#include "ledger/decimal.h"

namespace skontro::fiscal {
namespace {

// A JSON string. `text` is UTF-8 or is made so.
std::string JsonString(std::string_view text) {
  std::string out = "\"";
  for (char c : CleanLabel(text, 4'096)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

// An object or array that grows line by line.
class JsonWriter {
 public:
  void Open(std::string_view key, char bracket) {
    Key(key);
    out_.push_back(bracket);
    ++depth_;
    first_ = true;
  }
  void Close(char bracket) {
    --depth_;
    if (!first_) NewLine();
    first_ = false;
    out_.push_back(bracket);
  }
  void Text(std::string_view key, std::string_view value) {
    Key(key);
    out_.append(JsonString(value));
  }
  void Number(std::string_view key, int64_t value) {
    Key(key);
    absl::StrAppend(&out_, value);
  }
  void Bool(std::string_view key, bool value) {
    Key(key);
    out_.append(value ? "true" : "false");
  }
  // A decimal that starts with a minus is no formula: written as it is.
  void Amount(std::string_view key, int64_t value, int decimals) {
    Key(key);
    absl::StrAppend(&out_, "\"", ledger::FormatDecimal(value, decimals), "\"");
  }
  std::string Take() {
    out_.push_back('\n');
    return std::move(out_);
  }

 private:
  void NewLine() {
    out_.push_back('\n');
    out_.append(2 * depth_, ' ');
  }
  void Key(std::string_view key) {
    if (depth_ > 0) {
      if (!first_) out_.push_back(',');
      NewLine();
    }
    first_ = false;
    if (!key.empty()) absl::StrAppend(&out_, "\"", std::string(key), "\": ");
  }

  std::string out_;
  size_t depth_ = 0;
  bool first_ = true;
};

void WriteOrigin(const ExportManifest& manifest, JsonWriter* json) {
  const NetworkInfo& network = manifest.network;
  json->Open("member", '{');
  json->Text("id", manifest.member.id);
  json->Text("legal_name", manifest.member.legal_name);
  json->Text("siren", manifest.member.siren);
  json->Text("vat_id", manifest.member.vat_id);
  json->Close('}');
  json->Open("network", '{');
  json->Text("id", network.id);
  json->Text("name", network.name);
  json->Text("unit_code", network.unit_code);
  json->Number("unit_decimals", network.unit_decimals);
  json->Text("national_currency", network.national_currency);
  json->Number("national_decimals", network.national_decimals);
  json->Close('}');
  json->Open("period", '{');
  json->Text("fiscal_year_start",
             ledger::FormatDate(manifest.period.fiscal_year_start));
  json->Text("first_day", ledger::FormatDate(manifest.period.first_day));
  json->Text("last_day", ledger::FormatDate(manifest.period.last_day));
  json->Close('}');
  json->Open("journal", '{');
  json->Number("sequence", manifest.position.sequence);
  json->Text("digest", manifest.position.digest);
  json->Close('}');
}

void WriteFigures(const ExportManifest& manifest, JsonWriter* json) {
  const JournalSummary& summary = manifest.summary;
  const int national = manifest.network.national_decimals;
  const int unit = manifest.network.unit_decimals;
  json->Number("rows", summary.rows);
  json->Number("entries", summary.entries);
  json->Number("trades", summary.trades);
  json->Number("reversals", summary.reversals);
  json->Amount("debit", summary.debit, national);
  json->Amount("credit", summary.debit, national);
  json->Open("units", '{');
  json->Amount("opening", summary.opening.units, unit);
  json->Amount("opening_value", summary.opening.national_value, national);
  json->Amount("written", summary.units_written, unit);
  json->Amount("without_value", summary.units_without_value, unit);
  json->Amount("before_first_day", summary.units_before, unit);
  json->Amount("closing", summary.closing.units, unit);
  json->Amount("closing_value", summary.closing.national_value, national);
  json->Close('}');
  json->Open("journals", '[');
  for (const JournalRange& range : summary.journals) {
    json->Open("", '{');
    json->Text("code", range.code);
    json->Text("label", range.label);
    json->Number("entries", range.entries);
    json->Text("first", range.first);
    json->Text("last", range.last);
    json->Close('}');
  }
  json->Close(']');
}

void WriteStatement(const ExportManifest& manifest,
                    const StatementSummary& statement, JsonWriter* json) {
  const int national = manifest.network.national_decimals;
  const int unit = manifest.network.unit_decimals;
  json->Number("entries", statement.entries());
  json->Number("reversals", statement.reversals);
  json->Open("units", '{');
  json->Amount("opening", statement.opening.units, unit);
  json->Amount("opening_value", statement.opening.national_value, national);
  json->Number("credit_count", statement.credit_count);
  json->Amount("credits", statement.credits, unit);
  json->Number("debit_count", statement.debit_count);
  json->Amount("debits", statement.debits, unit);
  json->Amount("closing", statement.closing.units, unit);
  json->Amount("closing_value", statement.closing.national_value, national);
  json->Close('}');
}

void WriteWarnings(const JournalSummary& summary, JsonWriter* json) {
  json->Open("warnings", '[');
  for (const ExportWarning& warning : summary.warnings) {
    json->Open("", '{');
    json->Text("code", WarningName(warning.kind));
    json->Text("text", WarningText(warning.kind));
    json->Number("count", warning.count);
    json->Open("examples", '[');
    for (const std::string& example : warning.examples) {
      json->Text("", example);
    }
    json->Close(']');
    json->Close('}');
  }
  json->Close(']');
}

// `id` with nothing in it that a file name may not have.
std::string SafeName(std::string_view id) {
  std::string out;
  for (char c : id) {
    const bool safe = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      (c >= 'A' && c <= 'Z') || c == '-';
    out.push_back(safe ? c : '_');
  }
  return out;
}

}  // namespace

ExportManifest BeginManifest(const Source& source, std::string_view format,
                             std::string_view what,
                             std::string_view extension) {
  ExportManifest manifest;
  manifest.format = std::string(format);
  manifest.member = source.Member();
  manifest.network = source.Network();
  manifest.period = source.GetPeriod();
  manifest.position = source.Position();
  manifest.file_name = absl::StrCat(
      NameMarks(manifest.network, manifest.period),
      SafeName(manifest.member.id), "-", std::string(what), "-",
      CompactDate(manifest.period.first_day), "-",
      CompactDate(manifest.period.last_day), std::string(extension));
  return manifest;
}

std::string NameMarks(const NetworkInfo& network, const Period& period) {
  return absl::StrCat(network.simulated ? "SIMULATED-" : "",
                      period.closed ? "" : "PROVISIONAL-");
}

std::string ToJson(const ExportManifest& manifest) {
  JsonWriter json;
  json.Open("", '{');
  json.Text("format", manifest.format);
  json.Text("file_name", manifest.file_name);
  json.Number("bytes", manifest.bytes);
  json.Text("sha256", manifest.sha256);
  json.Bool("provisional", !manifest.period.closed);
  json.Bool("simulated", manifest.network.simulated);
  WriteOrigin(manifest, &json);
  if (manifest.statement.has_value()) {
    WriteStatement(manifest, *manifest.statement, &json);
  } else {
    WriteFigures(manifest, &json);
  }
  WriteWarnings(manifest.summary, &json);
  json.Close('}');
  return json.Take();
}

}  // namespace skontro::fiscal
