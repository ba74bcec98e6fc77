package secrets

import (
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/stores"
)

// metadataBranch gives the sops block as a tree of its own.
func metadataBranch(m sops.Metadata, layout string) (branch sops.TreeBranch, err error) {
	defer guard(&err)
	branches, err := stores.SerializeMetadata(sops.Tree{Branches: sops.TreeBranches{{}}, Metadata: m}, stores.MetadataOpts{})
	if err != nil {
		return nil, errSops
	}
	block, ok := branches[0][0].Value.(sops.TreeBranch)
	if !ok {
		return nil, errSops
	}
	if layout != "" {
		block = append(block, sops.TreeItem{Key: layoutKey, Value: layout})
	}
	return sops.TreeBranch{{Key: stores.SopsMetadataKey, Value: block}}, nil
}

// emit writes a tree the sops way.
func emit(f Format, branch sops.TreeBranch) (text []byte, err error) {
	defer guard(&err)
	return store(f).EmitPlainFile(sops.TreeBranches{branch})
}

// emitValue writes one value the sops way.
func emitValue(f Format, v any) (text []byte, err error) {
	defer guard(&err)
	return store(f).EmitValue(v)
}
