using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Deploy;

/// <summary>Classifies images with an exported network. This file needs ONNX Runtime and nothing else.</summary>
/// <param name="path">The file that <c>SaveOnnx</c> wrote.</param>
internal sealed class Classifier(string path) : IDisposable
{
    private readonly InferenceSession session = new(path);

    /// <summary>A class for each image of bytes [N, C, H, W].</summary>
    public string[] Classify(ReadOnlySpan<byte> pixels, int images)
    {
        float[] mean = Read<float[]>("mean"), deviation = Read<float[]>("standard_deviation");
        string[] classes = Read<string[]>("class_names");
        var input = new float[pixels.Length];
        int plane = pixels.Length / images / mean.Length;
        for (int i = 0; i < input.Length; i++)
            input[i] = (pixels[i] / 255f - mean[i / plane % mean.Length]) / deviation[i / plane % mean.Length];

        int[] sample = session.InputMetadata["input"].Dimensions[1..];
        var tensor = new DenseTensor<float>(input, [images, .. sample]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("input", tensor)]);
        return [.. outputs[0].AsEnumerable<float>().Chunk(classes.Length).Select(logits => classes[logits.IndexOf(logits.Max())])];
    }

    public void Dispose() => session.Dispose();

    private T Read<T>(string key) => JsonSerializer.Deserialize<T>(session.ModelMetadata.CustomMetadataMap[key])!;
}
