using System.Text.Json.Nodes;
using SingleDarts.Core.Supernets;

namespace PaperTables.Sweeps;

/// <summary>What a plan says besides its tables: the scale, the data, and what the paper leaves open.</summary>
/// <param name="Scale">Size of the searches.</param>
/// <param name="Seeds">Searches of each row, with seeds 0, 1, ...</param>
/// <param name="Data">As in <c>search</c>.</param>
/// <param name="DataName">What reports call the data; what they call themselves where null.</param>
/// <param name="Portion">Part of the data that single-level and same-subset search on; bi-level has one half for w and one for α.</param>
/// <param name="Nesterov">Nesterov momentum of the weights.</param>
/// <param name="Clip">Largest gradient norm of the weights; null is no limit.</param>
/// <param name="AlphaWeightDecay">Weight decay of α.</param>
/// <param name="AdamForWeights">Whether the rows "Adam" of Table 5 move w by Adam, too.</param>
/// <param name="Device">Where the tensors live.</param>
/// <param name="Execution">How cells are computed.</param>
/// <param name="RateFactor">What the learning rates of w and α in Tables 4 and 5 are multiplied by.</param>
/// <param name="DiagnoseInterval">Steps between two records of the diagnostics; null is none.</param>
internal sealed record SweepChoices(
    SweepScale Scale, int Seeds, string Data, string? DataName, double Portion, bool Nesterov, double? Clip, double AlphaWeightDecay,
    bool AdamForWeights, string Device, CellExecution Execution, double RateFactor, int? DiagnoseInterval)
{
    /// <summary>What all rows begin with.</summary>
    public SearchSettings Settings => Scale.Settings with
    {
        Data = Data == SearchSettings.GeneratedData ? Data : Path.GetFullPath(Data),
        Portion = Portion,
        Nesterov = Nesterov,
        Clip = Clip,
        AlphaWeightDecay = AlphaWeightDecay,
        Device = Device,
        Execution = Execution,
        Diagnose = DiagnoseInterval is not null,
        DiagnoseInterval = DiagnoseInterval ?? Scale.Settings.DiagnoseInterval,
    };

    public JsonObject ToJson(IEnumerable<string> tables, string? table) => new()
    {
        ["tables"] = new JsonArray([.. tables.Select(name => (JsonNode)name)]),
        ["scale"] = Scale.Name,
        ["seeds"] = Seeds,
        ["dataName"] = DataName,
        ["portion"] = Portion,
        ["nesterov"] = Nesterov,
        ["clip"] = Clip,
        ["alphaWeightDecay"] = AlphaWeightDecay,
        ["adamForWeights"] = AdamForWeights,
        ["rateFactor"] = RateFactor,
        ["benchmark"] = table is null ? null : Path.GetFullPath(table),
    };
}
