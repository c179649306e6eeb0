using SingleDarts.Core.Runtime;

using static TorchSharp.torch;

namespace SingleDarts.Core.Runs;

/// <summary>
/// Weights of any module in a safetensors file, under the names of its <c>state_dict()</c>: parameters and buffers, and α of a supernet as
/// <c>alpha.&lt;cell&gt;</c>. docs/reference/weights.md lists the names.
/// </summary>
public static class ModuleWeights
{
    private const string BatchCount = "num_batches_tracked";

    /// <summary>Saves a module, whole or not at all.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="path">Path of the file, <c>*.safetensors</c> by custom; one that is there is replaced.</param>
    /// <param name="metadata">Strings to keep with the weights.</param>
    /// <exception cref="IOException">The file cannot be written; an existing one is untouched.</exception>
    public static void SaveWeights(this nn.Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        SafeTensorsFile.Write(path, State(module), metadata ?? new Dictionary<string, string>());
    }

    /// <summary>
    /// Loads a module. Everything is checked first, so that the module is either loaded or unchanged. A file without
    /// <c>num_batches_tracked</c> (old PyTorch) fits: the number has no effect at a fixed momentum.
    /// </summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="path">A safetensors file of any program that has the same names.</param>
    /// <param name="strict">
    /// Whether every tensor of the module must be in the file and the reverse; shapes and types must fit in either case.
    /// </param>
    /// <param name="convertTypes">Whether floating types are converted to each other, and integer types to each other.</param>
    /// <returns>Metadata, and what was not in both.</returns>
    /// <exception cref="InvalidDataException">The file is truncated or damaged.</exception>
    /// <exception cref="WeightsMismatchException">Names, shapes or types differ; the message lists all of them.</exception>
    public static LoadedWeights LoadWeights(this nn.Module module, string path, bool strict = true, bool convertTypes = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        var (file, metadata) = SafeTensorsFile.Read(path);
        try
        {
            IReadOnlyDictionary<string, Tensor> state = State(module);
            string[] missing = [.. state.Keys.Where(name => !file.ContainsKey(name) && name.Split('.')[^1] != BatchCount)];
            string[] unexpected = [.. file.Keys.Where(name => !state.ContainsKey(name))];
            string[] common = [.. state.Keys.Where(file.ContainsKey)];
            string[] shapes = [.. common.Where(name => !file[name].shape.SequenceEqual(state[name].shape))];
            string[] types = [.. common.Where(name => !Fits(file[name].dtype, state[name].dtype, convertTypes))];
            List<string> faults = [
                .. strict ? missing.Select(name => $"{Quoted.Of(name)} {Describe(state[name])} is missing in the file.") : [],
                .. strict ? unexpected.Select(name => $"{Quoted.Of(name)} {Describe(file[name])} of the file is not in the module.") : [],
                .. shapes.Select(name => $"{Quoted.Of(name)} has shape [{Shape(file[name])}]; expected [{Shape(state[name])}]."),
                .. types.Select(name => $"{Quoted.Of(name)} is of type {file[name].dtype}; expected {state[name].dtype}.")];
            if (faults.Count > 0)
                throw new WeightsMismatchException(path, faults, Remedy(
                    strict && missing.Length + unexpected.Length > 0, shapes.Length > 0, types.Length > 0));
            using (no_grad())
                foreach (string name in common)
                    state[name].copy_(file[name]);
            return new LoadedWeights(metadata, missing, unexpected);
        }
        finally
        {
            foreach (Tensor tensor in file.Values)
                tensor.Dispose();
        }
    }

    /// <summary>The <c>state_dict()</c>, also of what stands in a <c>Sequential</c>, which does not ask its modules for theirs.</summary>
    private static Dictionary<string, Tensor> State(nn.Module module)
    {
        Dictionary<string, Tensor> state = module.state_dict();
        var known = state.Values.Select(tensor => tensor.Handle).ToHashSet();
        foreach (var (prefix, part) in module.named_modules().Select(m => (m.name + ".", m.module)).Prepend(("", module)))
            if (part is TorchSharp.Modules.Sequential)
                foreach (var (child, inner) in part.named_children())
                    foreach (var (name, tensor) in inner.state_dict())
                        if (known.Add(tensor.Handle))
                            state[$"{prefix}{child}.{name}"] = tensor;
        return state;
    }

    private static bool Fits(ScalarType found, ScalarType expected, bool convertTypes) =>
        found == expected || (convertTypes && Kind(found) != 0 && Kind(found) == Kind(expected));

    private static int Kind(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 => 1,
        ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte => 2,
        _ => 0,
    };

    private static string Remedy(bool names, bool shapes, bool types) => string.Join(" ", new[]
    {
        names ? "Build the module as the saved one was built, rename the tensors of the file, or load with strict: false what is in both."
            : "",
        shapes ? "Build the module with the sizes of the saved one (channels, cells, classes)." : "",
        types ? "Build the module with the types of the file, or load with convertTypes: true." : "",
    }.Where(sentence => sentence.Length > 0));

    private static string Describe(Tensor tensor) => $"({tensor.dtype} [{Shape(tensor)}])";

    private static string Shape(Tensor tensor) => string.Join(", ", tensor.shape);
}
