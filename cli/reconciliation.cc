#include "cli/reconciliation.h"

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "cli/json_writer.h"
#include "cli/resource_name.h"
#include "cli/table.h"

namespace skontro::cli {
namespace {

// The first line of an error; the others say what to do next.
std::string FirstLine(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

void Reconciliation::Add(const std::string& source, int64_t units) {
  ++asked_;
  const bool agrees = units == expected_;
  if (!agrees) ++differing_;
  lines_.push_back(
      {source, agrees ? Result::kAgrees : Result::kDiffers, units, ""});
}

void Reconciliation::AddBroken(const std::string& source,
                               const absl::Status& why) {
  ++asked_;
  ++differing_;
  lines_.push_back({source, Result::kBroken, 0,
                    FirstLine({why.message().data(), why.message().size()})});
}

void Reconciliation::AddUnasked(const std::string& source,
                                const std::string& why) {
  lines_.push_back({source, Result::kNotAsked, 0, FirstLine(why)});
}

const char* Reconciliation::ResultName(Result result) {
  switch (result) {
    case Result::kAgrees:
      return "agrees";
    case Result::kDiffers:
      return "DIFFERS";
    case Result::kBroken:
      return "BROKEN";
    case Result::kNotAsked:
      break;
  }
  return "not asked";
}

std::string Reconciliation::NoteOf(const Line& line) const {
  if (line.result != Result::kDiffers) return line.note;
  const absl::int128 difference = absl::int128(line.units) - expected_;
  if (difference > INT64_MAX || difference < INT64_MIN) return "by far";
  return absl::StrCat("by ", UnitText(static_cast<int64_t>(difference), unit_));
}

std::string Reconciliation::Text() const {
  Table table(
      {{"Source"},
       {absl::StrCat("Units at the end (", unit_.code, ")"), CellKind::kNumber},
       {"Result"},
       {""}});
  for (const Line& line : lines_) {
    const bool has_units =
        line.result == Result::kAgrees || line.result == Result::kDiffers;
    table.Add({line.source, has_units ? UnitNumber(line.units, unit_) : "",
               ResultName(line.result), NoteOf(line)});
  }
  const std::string verdict =
      agrees() ? absl::StrCat("All ", asked_, " agree.")
               : absl::StrCat(differing_, " of ", asked_, " do not agree.");
  return absl::StrCat(ShortName(title_.member), ", ", title_.from_date, " to ",
                      title_.to_date, ", journal at sequence ", title_.sequence,
                      "\n\n", table.Text(), "\n", verdict, "\n");
}

std::string Reconciliation::Csv() const {
  const CellKind number = CellKind::kNumber;
  Table table({{"member"},
               {"from_date", number},
               {"to_date", number},
               {"sequence", number},
               {"source"},
               {"units", number},
               {"expected", number},
               {"result"},
               {"note"}});
  for (const Line& line : lines_) {
    const bool has_units =
        line.result == Result::kAgrees || line.result == Result::kDiffers;
    table.Add({ShortName(title_.member), title_.from_date, title_.to_date,
               absl::StrCat(title_.sequence), line.source,
               has_units ? UnitNumber(line.units, unit_) : "",
               UnitNumber(expected_, unit_), ResultName(line.result),
               NoteOf(line)});
  }
  return table.Csv();
}

std::string Reconciliation::Json() const {
  JsonWriter json;
  json.BeginObject();
  json.String("member", title_.member);
  json.String("from_date", title_.from_date);
  json.String("to_date", title_.to_date);
  json.Number("sequence", title_.sequence);
  json.String("unit_code", unit_.code);
  json.String("expected", UnitNumber(expected_, unit_));
  json.Bool("agrees", agrees());
  json.BeginArray("sources");
  for (const Line& line : lines_) {
    json.BeginObject();
    json.String("source", line.source);
    json.String("result", ResultName(line.result));
    if (line.result == Result::kAgrees || line.result == Result::kDiffers) {
      json.String("units", UnitNumber(line.units, unit_));
    }
    json.String("note", NoteOf(line));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

std::string Reconciliation::In(Format format) const {
  switch (format) {
    case Format::kText:
      return Text();
    case Format::kCsv:
      return Csv();
    case Format::kJsonLines:
    case Format::kJson:
      break;
  }
  return Json();
}

}  // namespace skontro::cli
