#include "fiscal/fec.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "fiscal/ascii.h"
#include "fiscal/fec_fields.h"
#include "fiscal/fec_xml.h"
#include "fiscal/journal_entries.h"
#include "fiscal/label.h"
#include "fiscal/siren.h"
#include "ledger/base/reason.h"
#include "ledger/base/status.h"

namespace skontro::fiscal {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

template <typename Fields>
std::string Row(const Fields& fields, const FecForm& form) {
  const char separator =
      form.separator == FecForm::Separator::kPipe ? '|' : '\t';
  std::string row;
  bool is_first = true;
  for (const auto& field : fields) {
    if (!std::exchange(is_first, false)) row.push_back(separator);
    row.append(field);
  }
  row.append(kLineEnd);
  return form.charset == FecForm::Charset::kUtf8 ? row : ToIso8859_15(row);
}

// The digits of a SIREN that was written with blanks or points.
std::string WithoutPunctuation(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) out.push_back(c);
  }
  return out;
}

absl::StatusOr<std::string> SirenOf(const NetworkInfo& network,
                                    const ReportingMember& member) {
  if (member.siren.empty()) {
    return ToStatus({Reason::kIncompleteProfile,
                     {{"who", absl::StrCat("networks/", network.id, "/members/",
                                           member.id)},
                      {"field", "siren"},
                      {"purpose", "the name of the FEC"}}});
  }
  std::string siren = WithoutPunctuation(member.siren);
  if (!IsSiren(siren)) {
    return ToStatus(FieldInvalid("member.siren", Quoted(member.siren),
                                 "nine digits that pass the Luhn check"));
  }
  return siren;
}

absl::Status CheckSource(const NetworkInfo& network, const Period& period) {
  if (network.national_currency != "EUR") {
    return ToStatus(FieldInvalid("network.national_currency",
                                 Quoted(network.national_currency),
                                 "EUR: French books are kept in euros"));
  }
  if (!period.first_day.has_value() || !period.last_day.has_value() ||
      period.first_day != period.fiscal_year_start) {
    return ToStatus(FieldInvalid(
        "period.first_day", ledger::FormatDate(period.first_day),
        absl::StrCat("the first day of the fiscal year, ",
                     ledger::FormatDate(period.fiscal_year_start))));
  }
  return absl::OkStatus();
}

absl::Status CheckVariant(const FecForm& form) {
  if (form.variant == FecForm::Variant::kFlat) return absl::OkStatus();
  if (form.separator != FecForm::Separator::kTab) {
    return ToStatus(
        FieldInvalid("fec.separator", "PIPE", "none: XML has no separators"));
  }
  if (form.charset != FecForm::Charset::kUtf8) {
    return ToStatus(FieldInvalid("fec.charset", "ISO_8859_15",
                                 "UTF_8, the character set of our XML"));
  }
  return absl::OkStatus();
}

absl::StatusOr<JournalSummary> WriteRows(Source& source,
                                         const ChartOfAccounts& chart,
                                         const FecForm& form,
                                         BufferedSink* out) {
  const NetworkInfo network = source.Network();
  SKONTRO_RETURN_IF_ERROR(out->Write(Row(kFecNames, form)));
  const auto write = [&](const FiscalEntry& entry) -> absl::Status {
    const Journal& journal = chart.journal(entry.journal);
    for (const FiscalLine& line : entry.lines) {
      SKONTRO_RETURN_IF_ERROR(
          out->Write(Row(FecFields(network, journal, entry, line), form)));
    }
    return absl::OkStatus();
  };
  return VisitJournalEntries(source, chart, write);
}

// What each field holds here, in the order of kFecNames.
const char* const kFieldTexts[kFecFields] = {
    "code du journal",
    "libellé du journal",
    "numéro de l'écriture : code du journal et rang dans l'exercice, sans trou",
    "date de comptabilisation, AAAAMMJJ",
    "numéro de compte",
    "libellé du compte",
    "compte auxiliaire, sur les comptes clients et fournisseurs seulement",
    "libellé du compte auxiliaire",
    "numéro de la facture, ou TX- et numéro d'ordre au journal du réseau",
    "date de la facture, ou date de valeur du règlement, AAAAMMJJ",
    "libellé de l'écriture",
    "débit en euros, virgule décimale",
    "crédit en euros, virgule décimale",
    "lettrage, quand la part en unités règle toute la facture",
    "date de lettrage, AAAAMMJJ",
    "date de validation : celle de la comptabilisation, définitive",
    ("unités, signées : positives au débit, négatives au crédit ; sur le "
     "compte d'unités seulement"),
    "code de l'unité ; sur le compte d'unités seulement",
};

// The same of the XML variant, where dates and amounts are written as XML
// Schema has them.
std::string FieldText(size_t field, const FecForm& form) {
  if (form.variant == FecForm::Variant::kFlat) return kFieldTexts[field];
  return absl::StrReplaceAll(
      kFieldTexts[field],
      {{"AAAAMMJJ", "AAAA-MM-JJ"}, {"virgule décimale", "point décimal"}});
}

void DescribeXmlForm(std::string* out) {
  absl::StrAppend(
      out, "\nForme\nXML, schéma ", kFecXmlSchema,
      "\nJeu de caractères : UTF-8, sans marque d'ordre des octets\n",
      "Structure : comptabilite, exercice, journal, ecriture, ligne\n",
      "De l'exercice : DateCloture, date de clôture, AAAA-MM-JJ\n",
      "Du journal : zones 1 et 2 ; un journal sans écriture est présent\n",
      "De l'écriture : zones 3, 4, 11, 9, 10, 14, 15, 16, dans cet ordre\n",
      "De la ligne : zones 5, 6, 7, 8, 17, 18, puis 12 ou 13, puis 14 et 15\n",
      "Zone vide : absente ; de 12 et 13, celle qui est nulle est absente\n",
      "Lettrage (zones 14 et 15) : à la fin de chaque ligne lettrée ; et sur ",
      "l'écriture, quand il est\nle même pour toutes ses lignes lettrées\n",
      "Nombres : point décimal, valeur exacte, à lire en base décimale\n",
      "Ordre : par journal, puis par date de validation, qui est celle du ",
      "journal du réseau\n\n");
}

void DescribeForm(const FecForm& form, std::string* out) {
  if (form.variant == FecForm::Variant::kXml) return DescribeXmlForm(out);
  absl::StrAppend(
      out, "\nForme\nJeu de caractères : ",
      form.charset == FecForm::Charset::kUtf8
          ? "UTF-8, sans marque d'ordre des octets"
          : "ISO-8859-15 ; la présente description est en UTF-8",
      "\nSéparateur de zones : ",
      form.separator == FecForm::Separator::kTab ? "tabulation"
                                                 : "barre verticale « | »",
      "\nFin d'enregistrement : retour chariot et saut de ligne (CR LF)\n",
      "Première ligne : noms des zones\n",
      "Ordre : date de validation, qui est celle du journal du réseau\n\n");
}

void DescribeFile(const ExportManifest& manifest, std::string* out) {
  absl::StrAppend(out, "Description du fichier des écritures comptables\n",
                  "(livre des procédures fiscales, article A47 A-1, XI)\n\n",
                  "Fichier : ", manifest.file_name, "\n",
                  "Entreprise : ", CleanLabel(manifest.member.legal_name),
                  ", SIREN ", manifest.member.siren, "\n",
                  "Réseau d'échanges : ", CleanLabel(manifest.network.name),
                  ", unité ", manifest.network.unit_code, "\n",
                  "Exercice ouvert le ",
                  ledger::FormatDate(manifest.period.fiscal_year_start),
                  ", écritures jusqu'au ",
                  ledger::FormatDate(manifest.period.last_day), "\n");
  if (!manifest.period.closed) {
    absl::StrAppend(out, "PROVISOIRE : la période n'est pas close.\n");
  }
  if (manifest.network.simulated) {
    absl::StrAppend(out,
                    "SIMULATION : aucune de ces opérations n'a eu lieu.\n");
  }
  absl::StrAppend(out, "Origine : journal du réseau à la séquence ",
                  manifest.position.sequence, ", empreinte ",
                  CleanLabel(manifest.position.digest), "\n");
}

void DescribeChart(const ChartOfAccounts& chart, std::string* out) {
  absl::StrAppend(out,
                  "\nJournaux, comptes et préfixes des comptes "
                  "auxiliaires\n",
                  chart.Format());
}

}  // namespace

absl::StatusOr<ExportManifest> BeginFec(const Source& source,
                                        const FecForm& form) {
  SKONTRO_RETURN_IF_ERROR(CheckVariant(form));
  const bool xml = form.variant == FecForm::Variant::kXml;
  ExportManifest manifest;
  manifest.format = xml ? "FEC.XML" : "FEC";
  manifest.member = source.Member();
  manifest.network = source.Network();
  manifest.period = source.GetPeriod();
  manifest.position = source.Position();
  SKONTRO_RETURN_IF_ERROR(CheckSource(manifest.network, manifest.period));
  SKONTRO_ASSIGN_OR_RETURN(manifest.member.siren,
                           SirenOf(manifest.network, manifest.member));
  manifest.file_name = absl::StrCat(
      NameMarks(manifest.network, manifest.period), manifest.member.siren,
      "FEC", CompactDate(manifest.period.last_day), xml ? ".xml" : ".txt");
  return manifest;
}

absl::StatusOr<ExportManifest> WriteFec(Source& source,
                                        const ChartOfAccounts& chart,
                                        const Sink& sink, const FecForm& form) {
  SKONTRO_ASSIGN_OR_RETURN(ExportManifest manifest, BeginFec(source, form));
  BufferedSink out(sink);
  absl::StatusOr<JournalSummary> summary =
      form.variant == FecForm::Variant::kXml
          ? WriteFecXml(source, chart, &out)
          : WriteRows(source, chart, form, &out);
  if (!summary.ok()) return summary.status();
  manifest.summary = *std::move(summary);
  SKONTRO_RETURN_IF_ERROR(out.Flush());
  manifest.bytes = out.bytes();
  return manifest;
}

std::string DescribeFec(const ExportManifest& manifest,
                        const ChartOfAccounts& chart, const FecForm& form) {
  std::string text;
  DescribeFile(manifest, &text);
  DescribeForm(form, &text);
  absl::StrAppend(&text, "Zones\n");
  for (size_t i = 0; i < kFecFields; ++i) {
    absl::StrAppend(&text, i + 1, ". ", kFecNames[i], " : ", FieldText(i, form),
                    "\n");
  }
  DescribeChart(chart, &text);
  absl::StrAppend(
      &text, "\nCe que le fichier ne contient pas\n",
      "Le réseau ne connaît que les opérations réglées en unités. Le règlement "
      "de la part en\nmonnaie, les avoirs, les autres écritures du membre et "
      "ses à-nouveaux sont à tenir par lui.\n");
  if (!manifest.summary.warnings.empty()) {
    absl::StrAppend(&text, "\nÀ vérifier\n");
  }
  for (const ExportWarning& warning : manifest.summary.warnings) {
    absl::StrAppend(&text, std::string(WarningName(warning.kind)), " (",
                    warning.count,
                    ") : ", std::string(WarningText(warning.kind)), "\n");
  }
  std::string out;
  for (char c : text) {
    if (c == '\n') out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

std::string FecDescriptionName(const ExportManifest& manifest) {
  const std::string& name = manifest.file_name;
  const size_t dot = std::min(name.rfind('.'), name.size());
  return absl::StrCat(name.substr(0, dot),
                      name.substr(dot) == ".xml" ? "-xml" : "",
                      "-description.txt");
}

}  // namespace skontro::fiscal
