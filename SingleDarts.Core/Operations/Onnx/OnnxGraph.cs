using System.Runtime.InteropServices;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// The ONNX graph of a network while it is exported. Values have names; a node reads some and adds one. Operators are those of set 17
/// (https://onnx.ai/onnx/operators), floating-point values are float32.
/// </summary>
public sealed class OnnxGraph
{
    private const int Float32 = 1, Int64 = 7;

    private readonly HashSet<string> values;
    private readonly HashSet<string> faults = [];
    private readonly List<OnnxMessage> nodes = [];
    private readonly List<OnnxMessage> constants = [];

    /// <summary>Begins a graph.</summary>
    /// <param name="input">Name of its input.</param>
    internal OnnxGraph(string input) => values = [input];

    /// <summary>What cannot be exported, one sentence for each part of the network.</summary>
    internal IReadOnlyCollection<string> Faults => faults;

    /// <summary>Adds a node.</summary>
    /// <param name="operation">Name of the operator, for example <c>Conv</c>.</param>
    /// <param name="inputs">Names of the values that it reads; an optional input that is left out is the empty string.</param>
    /// <param name="attributes">Names and values: an integer, a floating-point number, a string, or an array of integers.</param>
    /// <returns>Name of the output.</returns>
    /// <exception cref="ArgumentException">The graph has no value of that name, or an attribute is of another type.</exception>
    public string Add(string operation, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(attributes);
        if (inputs.FirstOrDefault(input => input != "" && !values.Contains(input)) is { } unknown)
            throw new ArgumentException(
                $"The node {operation} reads '{unknown}', which the graph does not have; expected a name that the graph returned.",
                nameof(inputs));
        string output = $"{operation}_{nodes.Count + 1}";
        AddNode(operation, inputs, attributes, output);
        return output;
    }

    /// <summary>Adds a tensor of weights.</summary>
    /// <param name="value">Of any floating type, device and strides; it is stored as float32.</param>
    /// <returns>Name of the value.</returns>
    public string Constant(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        using var scope = NewDisposeScope();
        Tensor plain = value.detach().to(ScalarType.Float32).cpu().contiguous();
        return Constant(plain.shape, Float32, Host.Bytes(plain).ToArray());
    }

    /// <summary>Adds a vector of integers, for example axes or a shape.</summary>
    /// <param name="numbers">The integers.</param>
    /// <returns>Name of the value.</returns>
    public string Constant(params long[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        return Constant([numbers.Length], Int64, MemoryMarshal.AsBytes<long>(numbers).ToArray());
    }

    /// <summary>Adds modules, each behind the one before: those of TorchSharp that docs/how-to/deploy.md lists, and any
    /// <see cref="IOnnxOperation"/>.</summary>
    /// <param name="input">Name of the input of the first.</param>
    /// <param name="modules">At least one.</param>
    /// <returns>Name of the output of the last.</returns>
    /// <exception cref="NotSupportedException">A module cannot be exported; the message names it and the remedy.</exception>
    public string Export(string input, params nn.Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(modules);
        foreach (nn.Module module in modules)
        {
            string? output = module is IOnnxOperation operation
                ? operation.Export(this, input)
                : OnnxModules.Export(this, module, input);
            input = output is not null && values.Contains(output) ? output : throw new NotSupportedException(
                $"{module.GetType().Name} says that its output is '{output}', which the graph does not have; return a name that the " +
                "graph returned.");
        }
        return input;
    }

    /// <summary>Adds a part of a network, or a sentence to <see cref="Faults"/>.</summary>
    /// <param name="name">Name for the beginning of a sentence.</param>
    /// <param name="module">The part.</param>
    /// <param name="input">Name of its input.</param>
    internal string Part(string name, nn.Module module, string input)
    {
        try
        {
            return Export(input, module);
        }
        catch (Exception e)
        {
            faults.Add($"{name}: {Explained.Of(e)}");
            return input;
        }
    }

    /// <summary>GraphProto of the ONNX schema (onnx.proto, IR version 8).</summary>
    /// <param name="name">Name of the graph.</param>
    /// <param name="input">Name and shape of the input, without the batch.</param>
    /// <param name="output">The value that becomes the output.</param>
    /// <param name="outputAs">Name and shape of the output, without the batch.</param>
    internal OnnxMessage ToMessage(
        string name, (string Name, IReadOnlyList<long> Shape) input, string output, (string Name, IReadOnlyList<long> Shape) outputAs)
    {
        AddNode("Identity", [output], [], outputAs.Name);
        OnnxMessage graph = new OnnxMessage().Add(2, name);
        foreach (OnnxMessage node in nodes)
            graph.Add(1, node);
        foreach (OnnxMessage constant in constants)
            graph.Add(5, constant);
        return graph.Add(11, Value(input.Name, input.Shape)).Add(12, Value(outputAs.Name, outputAs.Shape));
    }

    /// <summary>NodeProto.</summary>
    private void AddNode(
        string operation, IReadOnlyList<string> inputs, (string Name, object Value)[] attributes, string output)
    {
        var node = new OnnxMessage();
        foreach (string input in inputs)
            node.Add(1, input);
        node.Add(2, output).Add(3, output).Add(4, operation);
        foreach (var (name, value) in attributes)
            node.Add(5, Attribute(operation, name, value));
        nodes.Add(node);
        values.Add(output);
    }

    /// <summary>AttributeProto.</summary>
    private static OnnxMessage Attribute(string operation, string name, object value)
    {
        OnnxMessage attribute = new OnnxMessage().Add(1, name);
        switch (value)
        {
            case int or long:
                return attribute.Add(3, Convert.ToInt64(value)).Add(20, 2);
            case float or double:
                return attribute.Add(2, Convert.ToSingle(value)).Add(20, 1);
            case string text:
                return attribute.Add(4, text).Add(20, 3);
            case IEnumerable<long> numbers:
                foreach (long number in numbers)
                    attribute.Add(8, number);
                return attribute.Add(20, 7);
            default:
                throw new ArgumentException($"The attribute '{name}' of {operation} is of type {value?.GetType().Name ?? "null"}; " +
                    "expected an integer, a floating-point number, a string, or an array of 64-bit integers.", nameof(value));
        }
    }

    /// <summary>TensorProto.</summary>
    private string Constant(long[] shape, int type, byte[] bytes)
    {
        string name = $"Constant_{constants.Count + 1}";
        var tensor = new OnnxMessage();
        foreach (long size in shape)
            tensor.Add(1, size);
        constants.Add(tensor.Add(2, type).Add(8, name).Add(9, bytes));
        values.Add(name);
        return name;
    }

    /// <summary>ValueInfoProto of a float32 value [N, ...] with a free N.</summary>
    private static OnnxMessage Value(string name, IReadOnlyList<long> sample)
    {
        OnnxMessage shape = new OnnxMessage().Add(1, new OnnxMessage().Add(2, "N"));
        foreach (long size in sample)
            shape.Add(1, new OnnxMessage().Add(1, size));
        return new OnnxMessage().Add(1, name).Add(2, new OnnxMessage().Add(1, new OnnxMessage().Add(1, Float32).Add(2, shape)));
    }
}
