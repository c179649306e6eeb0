using System.Reflection;
using System.Text.Json;
using SingleDarts.Core.Data;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Training;

/// <summary>
/// Trained networks as ONNX files (operator set 17, IR version 8), which ONNX Runtime and other programs run without this library and
/// without libtorch.
/// </summary>
public static class OnnxExport
{
    private const string Input = "input", Output = "logits";
    private const int IrVersion = 8, OperatorSet = 17;

    private static readonly JsonSerializerOptions readable =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes the network as it computes in evaluation mode, whatever its mode is now, without the auxiliary classifier. The input is
    /// <c>input</c>, float32 [N, C, H, W], the output <c>logits</c>, float32 [N, classes], with a free N. The metadata holds
    /// <c>search_space</c>, <c>genotype</c>, and as JSON arrays what is given: <c>mean</c>, <c>standard_deviation</c>, <c>class_names</c>.
    /// </summary>
    /// <param name="network">The network, on any device and of any floating type; weights are written as float32.</param>
    /// <param name="path">Path of the file, <c>*.onnx</c> by custom; one that is there is replaced, and its folder is made if it is
    /// missing.</param>
    /// <param name="normalization">
    /// How the samples were normalised before the network, for the metadata; the network does not do it. Null if they were not.
    /// </param>
    /// <param name="classNames">Names of the classes, in the order of the logits; null if they have none.</param>
    /// <exception cref="ArgumentException">Numbers of channels or of classes are not those of the network.</exception>
    /// <exception cref="NotSupportedException">
    /// Modules have no ONNX form; the message names operation, edge, cell and remedy of each. Nothing has been written.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; one that was there is untouched.</exception>
    public static void SaveOnnx(
        this EvaluationNetwork network, string path, Normalization? normalization = null, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        IReadOnlyList<long> sample = network.Layout.InputShape;
        int classes = network.Layout.Classes;
        if (normalization is not null && normalization.Mean.Count != sample[0])
            throw new ArgumentException($"The normalisation has {normalization.Mean.Count} channels; expected {sample[0]}, those of the " +
                "network's input. Give the one that the network was trained with.", nameof(normalization));
        if (classNames is not null && classNames.Count != classes)
            throw new ArgumentException($"There are {classNames.Count} names of classes; expected {classes}, one for each logit. Give " +
                "those of the data that the network was trained on.", nameof(classNames));

        var graph = new OnnxGraph(Input);
        string logits = graph.Export(Input, network);
        if (graph.Faults.Count > 0)
            throw new NotSupportedException(
                $"The network cannot be exported to ONNX, and nothing has been written. {string.Join(" ", graph.Faults)}");
        OnnxMessage model = new OnnxMessage().Add(1, IrVersion).Add(2, "SingleDarts.Core").Add(3, Version)
            .Add(7, graph.ToMessage(network.Space.Name, (Input, sample), logits, (Output, [classes])))
            .Add(8, new OnnxMessage().Add(1, "").Add(2, OperatorSet));
        void Describe(string key, string value) => model.Add(14, new OnnxMessage().Add(1, key).Add(2, value));
        Describe("search_space", network.Space.Name);
        Describe("genotype", network.Genotype.ToString());
        if (normalization is not null)
        {
            Describe("mean", Json(normalization.Mean));
            Describe("standard_deviation", Json(normalization.StandardDeviation));
        }
        if (classNames is not null)
            Describe("class_names", Json(classNames));
        byte[] bytes = model.ToBytes();
        GuardedFolder.WriteFile(path, stream => stream.Write(bytes));
    }

    private static string Version => typeof(OnnxExport).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static string Json<T>(IReadOnlyList<T> values) => JsonSerializer.Serialize(values, readable);
}
