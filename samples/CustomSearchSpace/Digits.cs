using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace CustomSearchSpace;

/// <summary>UCI handwritten digits: 8x8 images of values 0 to 16, one sample a line, the class last.</summary>
internal static class Digits
{
    public static ClassificationDataset Load(string path)
    {
        byte[][] rows = [.. File.ReadLines(path).Select((line, i) => (Line: line, Number: i + 1))
            .Where(l => l.Line.Length > 0 && char.IsAsciiDigit(l.Line[0])).Select(l => Parse(l.Line, l.Number, path))];
        using var scope = NewDisposeScope();
        Tensor all = tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, 65], dtype: ScalarType.Byte);
        Tensor pixels = all[TensorIndex.Colon, TensorIndex.Slice(0, 64)].Times(15L).reshape(rows.Length, 1, 8, 8);
        Tensor labels = all[TensorIndex.Colon, 64].to(ScalarType.Int64);
        return new ClassificationDataset(pixels.DetachFromDisposeScope(), labels.DetachFromDisposeScope(), 10, "optdigits");
    }

    private static byte[] Parse(string line, int number, string path)
    {
        string[] cells = line.Split(',');
        var values = new byte[cells.Length];
        for (int i = 0; i < cells.Length; i++)
            if (!byte.TryParse(cells[i], out values[i]) || values[i] > 16)
                throw new InvalidDataException($"{path}, line {number}: '{cells[i]}' is not a number from 0 to 16.");
        return cells.Length == 65 ? values
            : throw new InvalidDataException($"{path}, line {number}: {cells.Length} values; expected 64 pixels and a class.");
    }
}
