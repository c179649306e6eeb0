// Coverage-guided fuzzing of every reader; run.sh says how. `seeds <folder>` writes first inputs, `<reader>` is called by afl-fuzz,
// `<reader> <files>` reads some files and says what each gave.
using Fuzzing;
using SharpFuzz;

ReadLimits.TensorBytes.Value = Reading.MostBytes;
using var folder = new Scratch();
var readers = new Readers(folder);
switch (args)
{
    case ["seeds", var to]:
        foreach (var (name, reader) in readers.All)
        {
            Directory.CreateDirectory(Path.Combine(to, name));
            foreach (var (seed, i) in reader.Seeds.Select((seed, i) => (seed, i)))
                GuardedFolder.WriteFile(Path.Combine(to, name, $"{i}"), stream => stream.Write(seed));
        }
        return 0;
    case [var name] when readers.All.TryGetValue(name, out Reading? reader):
        reader.WarmUp();
        Fuzzer.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            reader.Check(input.ToArray());
        });
        return 0;
    case [var name, .. { Length: > 0 } files] when readers.All.TryGetValue(name, out Reading? reader):
        reader.WarmUp();
        foreach (string file in files)
            Console.WriteLine($"{file}: {reader.Try(File.ReadAllBytes(file))}");
        return 0;
    default:
        string names = string.Join(", ", readers.All.Keys);
        Console.Error.WriteLine($"usage: SingleDarts.Fuzzing seeds <folder>, or <reader> [files]; readers: {names}");
        return 2;
}
